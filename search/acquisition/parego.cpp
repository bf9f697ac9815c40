// Tested by tests/search/acquisition_test.cpp.
#include "search/acquisition/parego.hpp"

#include <algorithm>
#include <cmath>

namespace quarry::search {

std::vector<double> random_weights(std::size_t objectives, Rng& rng) {
  // Exponential variables over their sum.
  std::vector<double> weights;
  double total = 0.0;
  for (std::size_t k = 0; k < objectives; ++k) {
    weights.push_back(-std::log(1.0 - rng.uniform()) + 1e-12);
    total += weights.back();
  }
  for (double& weight : weights) weight /= total;
  return weights;
}

double scalarised(std::span<const double> unit_objectives, std::span<const double> weights) {
  constexpr double kAugmentation = 0.05;
  double largest = unit_objectives[0] * weights[0];
  double sum = 0.0;
  for (std::size_t k = 0; k < weights.size(); ++k) {
    largest = std::max(largest, unit_objectives[k] * weights[k]);
    sum += unit_objectives[k] * weights[k];
  }
  return largest + kAugmentation * sum;
}

double log_expected_scalar_improvement(std::span<const double> unit_means,
                                       std::span<const double> unit_deviations,
                                       std::span<const double> weights, double best,
                                       std::span<const double> draws) {
  const std::size_t objectives = weights.size();
  std::vector<double> drawn(objectives);
  double total = 0.0;
  for (std::size_t first = 0; first + objectives <= draws.size(); first += objectives) {
    for (std::size_t k = 0; k < objectives; ++k)
      drawn[k] = unit_means[k] + unit_deviations[k] * draws[first + k];
    total += std::max(best - scalarised(drawn, weights), 0.0);
  }
  // The mean of the least improvements would be 0.
  if (total > 0.0)
    return std::log(total) - std::log(static_cast<double>(draws.size() / objectives));
  constexpr double kBelowAny = -800.0;  // exp of it is 0
  return kBelowAny - (scalarised(unit_means, weights) - best);
}

}  // namespace quarry::search
