#include "predictors/one_hot.hpp"

#include <catch2/catch.hpp>

namespace quarry::predictors {
namespace {

TEST_CASE("the product of one-hot rows is the number of levels that agree") {
  const Columns columns = {{ColumnKind::kCategorical, 3}, {ColumnKind::kOrdinal, 4}};
  Matrix x(3, 2);
  x.values = {0, 1, 2, 1, 2, kAbsent};
  const OneHotRows rows(columns, x);
  std::vector<double> products(3);
  rows.products(std::vector<double>{2, 1}, products);
  CHECK(products == std::vector<double>{1, 2, 1});
}

TEST_CASE("what is absent agrees with nothing, not even with what is absent") {
  Matrix x(2, 1);
  x.values = {kAbsent, 0};
  const OneHotRows rows({{ColumnKind::kCategorical, 2}}, x);
  std::vector<double> products(2, 9.0);
  rows.products(std::vector<double>{kAbsent}, products);
  CHECK(products == std::vector<double>{0, 0});
}

TEST_CASE("numbers are multiplied and added to the agreements") {
  Matrix x(1, 2);
  x.values = {1, 2.5};
  const OneHotRows rows({{ColumnKind::kCategorical, 2}, {}}, x);
  std::vector<double> products(1);
  rows.products(std::vector<double>{1, 4}, products);
  CHECK(products[0] == 11.0);
}

}  // namespace
}  // namespace quarry::predictors
