// Tested by tests/search/acquisition_test.cpp.
#include "search/acquisition/expected_improvement.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace quarry::search {
namespace {

const double kLogSqrtTwoPi = 0.5 * std::log(2.0 * std::numbers::pi);

double density(double z) { return std::exp(-0.5 * z * z - kLogSqrtTwoPi); }
double distribution(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

// exp(x^2) erfc(x) for x >= 0. erfc underflows beyond 26, where four terms of its expansion are
// exact to the last bit.
double scaled_erfc(double x) {
  if (x < 25.0) return std::exp(x * x) * std::erfc(x);
  const double t = 1.0 / (2.0 * x * x);
  return (1.0 - t * (1.0 - 3.0 * t * (1.0 - 5.0 * t))) / (x * std::sqrt(std::numbers::pi));
}

}  // namespace

double log_expected_positive_part(double z) {
  // Around and above zero nothing cancels.
  if (z > -1.0) return std::log(density(z) + z * distribution(z));
  // phi(z) (1 + z Phi(z) / phi(z)): the ratio tends to -1, so what is left is written by itself.
  const double ratio = std::sqrt(std::numbers::pi / 2.0) * scaled_erfc(-z / std::numbers::sqrt2);
  const double left = 1.0 + z * ratio;
  // From here on it is 1 / z^2 to within rounding, and the difference above is all rounding.
  constexpr double kAllRounding = -1e4;
  const double log_left = z < kAllRounding ? -2.0 * std::log(-z) : std::log(left);
  return -0.5 * z * z - kLogSqrtTwoPi + log_left;
}

double expected_improvement(double bound, double mean, double deviation) {
  if (!(deviation > 0.0)) return std::max(bound - mean, 0.0);
  const double z = (bound - mean) / deviation;
  return (bound - mean) * distribution(z) + deviation * density(z);
}

double log_expected_improvement(double bound, double mean, double deviation) {
  if (!(deviation > 0.0)) {
    return mean < bound ? std::log(bound - mean) : -std::numeric_limits<double>::infinity();
  }
  return std::log(deviation) + log_expected_positive_part((bound - mean) / deviation);
}

double log_probability_feasible(std::span<const double> means, std::span<const double> deviations) {
  double total = 0.0;
  for (std::size_t b = 0; b < means.size(); ++b) {
    if (!(deviations[b] > 0.0)) {
      if (means[b] > 0.0) return -std::numeric_limits<double>::infinity();
      continue;
    }
    const double z = -means[b] / deviations[b];
    // log Phi(z), by the scaled function where Phi underflows.
    total += z > -5.0 ? std::log(distribution(z))
                      : -0.5 * z * z + std::log(0.5 * scaled_erfc(-z / std::numbers::sqrt2));
  }
  return total;
}

}  // namespace quarry::search
