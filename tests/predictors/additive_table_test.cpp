#include "predictors/additive_table.hpp"

#include <catch2/catch.hpp>

namespace quarry::predictors {
namespace {

TEST_CASE("the table finds what each level adds, and a level never seen adds nothing") {
  // 10 + {0, 2, 4} + {0, 1} + 0.5 * number.
  const Columns columns = {
      {ColumnKind::kOrdinal, 4}, {ColumnKind::kCategorical, 2}, {ColumnKind::kNumber, 0}};
  Matrix x(120, 3);
  std::vector<double> y;
  for (std::size_t i = 0; i < x.rows; ++i) {
    x.row(i)[0] = static_cast<double>(i % 3);
    x.row(i)[1] = static_cast<double>(i / 3 % 2);
    x.row(i)[2] = static_cast<double>(i / 6);
    y.push_back(10 + 2 * x.row(i)[0] + x.row(i)[1] + 0.5 * x.row(i)[2]);
  }
  const auto model = make_additive_table(OptionValues::defaults(additive_table_options()), columns);
  model->fit(x, y);
  Matrix query(4, 3);
  query.values = {0, 0, 0, 2, 0, 0, 0, 1, 20, 3, 0, 0};
  const Prediction guess = model->predict(query);
  CHECK(guess.mean[1] - guess.mean[0] == Approx(4).margin(0.05));
  CHECK(guess.mean[2] - guess.mean[0] == Approx(11).margin(0.05));
  CHECK(guess.mean[3] - guess.mean[0] == Approx(2).margin(0.05));  // the middle of 0, 2 and 4
  CHECK(guess.standard_deviation[0] < 0.1);
}

}  // namespace
}  // namespace quarry::predictors
