#include "predictors/mlp_ensemble.hpp"

#include <catch2/catch.hpp>
#include <cmath>

namespace quarry::predictors {
namespace {

TEST_CASE("the networks learn a curve and disagree far from their rows") {
  Matrix x(60, 1);
  std::vector<double> y;
  for (std::size_t i = 0; i < x.rows; ++i) {
    x.row(i)[0] = static_cast<double>(i) / 20;
    y.push_back(x.row(i)[0] * x.row(i)[0]);
  }
  const auto model = make_mlp_ensemble(OptionValues::defaults(mlp_ensemble_options()), Columns(1));
  model->fit(x, y);
  Matrix two(2, 1);
  two.values = {1.5, 9};
  const Prediction guess = model->predict(two);
  CHECK(guess.mean[0] == Approx(2.25).margin(0.2));
  CHECK(guess.standard_deviation[1] > 3 * guess.standard_deviation[0]);
}

}  // namespace
}  // namespace quarry::predictors
