#include "predictors/training_rows.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <stdexcept>

namespace quarry::predictors {
namespace {

std::string refusal(const Matrix& x, const std::vector<double>& y,
                    const std::vector<double>& noise = {}) {
  try {
    require_training_rows(Columns(2), x, y, noise);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST_CASE("rows that a model cannot learn from are refused with the place of the fault") {
  Matrix x(2, 2);
  CHECK(refusal(x, {1, 2}) == "");
  CHECK(refusal(Matrix(0, 2), {}) == "a predictor needs at least one row to learn from");
  CHECK(refusal(Matrix(2, 3), {1, 2}) == "columns of x: expected 2, got 3");
  CHECK(refusal(x, {1}) == "values of y: expected 2, got 1");
  CHECK(refusal(x, {1, 2}, {1}) == "values of noise: expected 2, got 1");
  CHECK(refusal(x, {1, 2}, {0, -1}) == "row 1: noise must be finite and not negative");
  CHECK(refusal(x, {1, std::numeric_limits<double>::quiet_NaN()}) == "row 1: y is not finite");
  x.values[3] = std::numeric_limits<double>::infinity();
  CHECK(refusal(x, {1, 2}) == "row 1: column 1 of x is not finite");
}

TEST_CASE("weights are one on average and fall with the square of the noise") {
  // Deviation 10, so a row without noise is taken as known to 1.
  const std::vector<double> weights =
      noise_weights(std::vector<double>{-10, 10, -10, 10}, std::vector<double>{0, 0, 1, 1});
  CHECK(weights[0] == Approx(4.0 / 3));
  CHECK(weights[3] == Approx(2.0 / 3));
}

TEST_CASE("without noise, and where all targets are equal, all rows count alike") {
  CHECK(noise_weights(std::vector<double>{1, 2}, {}) == std::vector<double>{1, 1});
  CHECK(noise_weights(std::vector<double>{2, 2}, std::vector<double>{0, 9}) ==
        std::vector<double>{1, 1});
}

}  // namespace
}  // namespace quarry::predictors
