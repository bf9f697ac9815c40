#include "predictors/random_forest.hpp"

#include <catch2/catch.hpp>

namespace quarry::predictors {
namespace {

TEST_CASE("the forest's trees agree inside a plateau and not at a step") {
  Matrix x(40, 1);
  std::vector<double> y;
  for (std::size_t i = 0; i < x.rows; ++i) {
    x.row(i)[0] = static_cast<double>(i);
    y.push_back(i < 20 ? 0.0 : 10.0);
  }
  const auto model =
      make_random_forest(OptionValues::defaults(random_forest_options()), Columns(1));
  model->fit(x, y);
  Matrix two(2, 1);
  two.values = {5, 19.6};
  const Prediction guess = model->predict(two);
  CHECK(guess.mean[0] == Approx(0).margin(0.5));
  CHECK(guess.standard_deviation[1] > 3 * guess.standard_deviation[0]);
}

}  // namespace
}  // namespace quarry::predictors
