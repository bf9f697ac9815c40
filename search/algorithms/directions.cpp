// Tested by tests/search/directions_test.cpp.
#include "search/algorithms/directions.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "search/pareto/reference_directions.hpp"

namespace quarry::search {

Points simplex_directions(std::size_t objectives, std::size_t count, Rng rng) {
  constexpr std::size_t kMost = 500;  // that least energy finds within a second
  return riesz_directions(objectives, std::min(count, kMost), rng);
}

Points unit_directions(std::size_t objectives, std::size_t count, Rng rng) {
  Points directions = simplex_directions(objectives, count, rng);
  for (std::size_t i = 0; i < directions.size(); ++i) {
    double length = 0.0;
    for (const double value : directions[i]) length += value * value;
    length = std::sqrt(length);
    for (std::size_t k = 0; k < objectives; ++k) directions.values[i * objectives + k] /= length;
  }
  return directions;
}

std::pair<std::size_t, double> nearest_direction(const Points& unit_directions,
                                                 std::span<const double> point) {
  // The nearest line is the one along which the point reaches farthest.
  std::size_t nearest = 0;
  double farthest = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < unit_directions.size(); ++i) {
    double along = 0.0;
    for (std::size_t k = 0; k < point.size(); ++k) along += unit_directions[i][k] * point[k];
    // A line goes on behind the origin, where an infeasible point better than the ideal lies.
    if (std::abs(along) <= farthest) continue;
    farthest = std::abs(along);
    nearest = i;
  }
  double length = 0.0;
  for (const double value : point) length += value * value;
  return {nearest, std::sqrt(std::max(0.0, length - farthest * farthest))};
}

}  // namespace quarry::search
