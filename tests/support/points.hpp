// Point sets for the tests of search/pareto: written out, random, and on a coarse grid, where ties
// and duplicates are common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "search/core/rng.hpp"
#include "search/pareto/points.hpp"

namespace quarry::search {

inline Points points_of(std::size_t dimensions, const std::vector<std::vector<double>>& rows) {
  Points points(dimensions);
  for (const auto& row : rows) points.add(row);
  return points;
}

inline Points random_points(std::size_t count, std::size_t dimensions, Rng& rng) {
  Points points(dimensions);
  for (std::size_t i = 0; i < count * dimensions; ++i) points.values.push_back(rng.uniform());
  return points;
}

// Every coordinate is an integer below `levels`, so sums and products of them are exact.
inline Points grid_points(std::size_t count, std::size_t dimensions, std::uint64_t levels,
                          Rng& rng) {
  Points points(dimensions);
  for (std::size_t i = 0; i < count * dimensions; ++i)
    points.values.push_back(static_cast<double>(rng.below(levels)));
  return points;
}

inline Points without(const Points& points, std::size_t left_out) {
  Points others(points.dimensions);
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (i != left_out) others.add(points[i]);
  }
  return others;
}

}  // namespace quarry::search
