// Tested by tests/search/indicators_test.cpp.
#include "search/pareto/indicators.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <span>
#include <vector>

#include "search/pareto/dominance.hpp"

namespace quarry::search {
namespace {

// How far `target` is from the region that `point` dominates, squared.
double squared_shortfall(std::span<const double> point, std::span<const double> target) {
  double sum = 0.0;
  for (std::size_t k = 0; k < point.size(); ++k) {
    const double worse = std::max(0.0, point[k] - target[k]);
    sum += worse * worse;
  }
  return sum;
}

double worst_shortfall(std::span<const double> point, std::span<const double> target) {
  double worst = -kInfinity;
  for (std::size_t k = 0; k < point.size(); ++k) worst = std::max(worst, point[k] - target[k]);
  return worst;
}

}  // namespace

double igd_plus(const Points& points, const Points& front) {
  assert(points.dimensions == front.dimensions);
  if (front.size() == 0) return 0.0;
  double sum = 0.0;
  for (std::size_t i = 0; i < front.size(); ++i) {
    double nearest = kInfinity;
    for (std::size_t j = 0; j < points.size(); ++j)
      nearest = std::min(nearest, squared_shortfall(points[j], front[i]));
    sum += std::sqrt(nearest);
  }
  return sum / static_cast<double>(front.size());
}

double additive_epsilon(const Points& points, const Points& front) {
  assert(points.dimensions == front.dimensions);
  if (front.size() == 0) return 0.0;
  double epsilon = -kInfinity;
  for (std::size_t i = 0; i < front.size(); ++i) {
    double least = kInfinity;
    for (std::size_t j = 0; j < points.size(); ++j)
      least = std::min(least, worst_shortfall(points[j], front[i]));
    epsilon = std::max(epsilon, least);
  }
  return epsilon;
}

std::optional<std::size_t> knee_point(const Points& points) {
  const std::vector<std::size_t> members = non_dominated(points);
  if (members.empty()) return std::nullopt;
  // Distances below the plane differ from the sum of the normalised objectives by a constant and a
  // factor only, so the farthest member has the smallest sum.
  std::vector<double> sums(members.size());
  for (std::size_t k = 0; k < points.dimensions; ++k) {
    double low = kInfinity;
    double high = -kInfinity;
    for (const std::size_t i : members) {
      low = std::min(low, points[i][k]);
      high = std::max(high, points[i][k]);
    }
    const double range = high - low;
    if (!(range > 0.0 && range < kInfinity)) continue;
    for (std::size_t j = 0; j < members.size(); ++j)
      sums[j] += (points[members[j]][k] - low) / range;
  }
  // Rounding must not choose among the members of a straight front.
  constexpr double kTie = 1e-12;
  std::size_t knee = 0;
  for (std::size_t j = 1; j < members.size(); ++j) {
    if (sums[j] < sums[knee] - kTie) knee = j;
  }
  return members[knee];
}

}  // namespace quarry::search
