#include "predictors/row_choice.hpp"

#include <catch2/catch.hpp>

namespace quarry::predictors {
namespace {

TEST_CASE("few rows are all fitted to") {
  CHECK(rows_to_fit(3, 5) == std::vector<std::size_t>{0, 1, 2});
  CHECK(rows_to_fit(4, 4) == std::vector<std::size_t>{0, 1, 2, 3});
}

TEST_CASE("of many rows the first and an even share of the rest are fitted to") {
  CHECK(rows_to_fit(12, 4) == std::vector<std::size_t>{0, 1, 2, 7});
}

TEST_CASE("some rows are those that are named") {
  Matrix x(3, 2);
  x.values = {0, 1, 2, 3, 4, 5};
  CHECK(some_rows(x, {2, 0}).values == std::vector<double>{4, 5, 0, 1});
}

}  // namespace
}  // namespace quarry::predictors
