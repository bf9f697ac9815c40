// Tested by tests/search/normalisation_test.cpp.
#include "search/pareto/normalisation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace quarry::search {
namespace {

// The member with the smallest achievement scalarising value along an axis: the largest of its
// translated objectives, those off the axis weighted by 10^6.
std::size_t extreme_of(const Points& front, const std::vector<double>& ideal, std::size_t axis) {
  constexpr double kOffAxis = 1e6;
  std::size_t best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < front.size(); ++i) {
    double largest = 0.0;
    for (std::size_t k = 0; k < front.dimensions; ++k)
      largest = std::max(largest, (front[i][k] - ideal[k]) * (k == axis ? 1.0 : kOffAxis));
    if (largest >= least) continue;
    least = largest;
    best = i;
  }
  return best;
}

// Solves rows * x = 1 by Gaussian elimination with pivoting; nothing when singular.
std::optional<std::vector<double>> solve_for_ones(std::vector<std::vector<double>> rows) {
  const std::size_t n = rows.size();
  std::vector<double> right(n, 1.0);
  for (std::size_t column = 0; column < n; ++column) {
    std::size_t pivot = column;
    for (std::size_t r = column + 1; r < n; ++r) {
      if (std::abs(rows[r][column]) > std::abs(rows[pivot][column])) pivot = r;
    }
    if (std::abs(rows[pivot][column]) < 1e-12) return std::nullopt;
    std::swap(rows[pivot], rows[column]);
    std::swap(right[pivot], right[column]);
    for (std::size_t r = 0; r < n; ++r) {
      if (r == column) continue;
      const double factor = rows[r][column] / rows[column][column];
      for (std::size_t k = column; k < n; ++k) rows[r][k] -= factor * rows[column][k];
      right[r] -= factor * right[column];
    }
  }
  for (std::size_t i = 0; i < n; ++i) right[i] /= rows[i][i];
  return right;
}

}  // namespace

Points Normalisation::applied_to(const Points& points) const {
  Points unit(points.dimensions);
  unit.values.reserve(points.values.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (std::size_t k = 0; k < points.dimensions; ++k)
      unit.values.push_back((points[i][k] - ideal[k]) / range[k]);
  }
  return unit;
}

Normalisation normalise_front(const Points& front) {
  const std::size_t dimensions = front.dimensions;
  Normalisation result{std::vector<double>(dimensions, kInfinity),
                       std::vector<double>(dimensions, 0.0)};
  std::vector<double> largest(dimensions, -kInfinity);
  for (std::size_t i = 0; i < front.size(); ++i) {
    for (std::size_t k = 0; k < dimensions; ++k) {
      result.ideal[k] = std::min(result.ideal[k], front[i][k]);
      largest[k] = std::max(largest[k], front[i][k]);
    }
  }
  std::vector<std::vector<double>> extremes;
  for (std::size_t axis = 0; axis < dimensions; ++axis) {
    const auto extreme = front[extreme_of(front, result.ideal, axis)];
    extremes.emplace_back();
    for (std::size_t k = 0; k < dimensions; ++k)
      extremes.back().push_back(extreme[k] - result.ideal[k]);
  }
  const auto inverse_cuts = solve_for_ones(std::move(extremes));
  bool usable = inverse_cuts.has_value();
  for (std::size_t k = 0; usable && k < dimensions; ++k) {
    const double cut = 1.0 / (*inverse_cuts)[k];
    usable = std::isfinite(cut) && cut > 1e-12 && cut <= 2.0 * (largest[k] - result.ideal[k]);
    if (usable) result.range[k] = cut;
  }
  for (std::size_t k = 0; k < dimensions; ++k) {
    if (!usable) result.range[k] = largest[k] - result.ideal[k];
    if (!(result.range[k] > 0.0)) result.range[k] = 1.0;
  }
  return result;
}

}  // namespace quarry::search
