// Tested by tests/predictors/training_rows_test.cpp.
#include "predictors/training_rows.hpp"

#include <cmath>
#include <stdexcept>
#include <string>

namespace quarry::predictors {
namespace {

void require_count(const char* what, std::size_t expected, std::size_t got) {
  if (expected != got)
    throw std::invalid_argument(std::string(what) + ": expected " + std::to_string(expected) +
                                ", got " + std::to_string(got));
}

}  // namespace

void require_training_rows(const Columns& columns, const Matrix& x, std::span<const double> y,
                           std::span<const double> noise) {
  if (x.rows == 0) throw std::invalid_argument("a predictor needs at least one row to learn from");
  require_count("columns of x", columns.size(), x.columns);
  require_count("values of y", x.rows, y.size());
  if (!noise.empty()) require_count("values of noise", x.rows, noise.size());
  for (std::size_t i = 0; i < x.rows; ++i) {
    const std::string row = "row " + std::to_string(i) + ": ";
    for (std::size_t c = 0; c < x.columns; ++c) {
      if (!std::isfinite(x.row(i)[c]))
        throw std::invalid_argument(row + "column " + std::to_string(c) + " of x is not finite");
    }
    if (!std::isfinite(y[i])) throw std::invalid_argument(row + "y is not finite");
    if (!noise.empty() && !(noise[i] >= 0.0 && std::isfinite(noise[i])))
      throw std::invalid_argument(row + "noise must be finite and not negative");
  }
}

std::vector<double> noise_weights(std::span<const double> y, std::span<const double> noise) {
  std::vector<double> weights(y.size(), 1.0);
  if (noise.empty()) return weights;
  const auto count = static_cast<double>(y.size());
  double mean = 0.0;
  for (const double value : y) mean += value / count;
  double unexplained = 0.0;
  for (const double value : y) unexplained += 0.01 * (value - mean) * (value - mean) / count;
  if (!(unexplained > 0.0)) return weights;  // constant y: nothing to weigh
  double total = 0.0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    weights[i] = unexplained / (unexplained + noise[i] * noise[i]);
    total += weights[i] / count;
  }
  for (double& weight : weights) weight /= total;
  return weights;
}

}  // namespace quarry::predictors
