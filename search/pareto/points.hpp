// A set of objective vectors of one dimension in one block of memory; everything in pareto/
// minimises.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace quarry::search {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Points {
  std::size_t dimensions = 0;
  std::vector<double> values;

  explicit Points(std::size_t dimension_count) : dimensions(dimension_count) {}
  std::size_t size() const { return dimensions == 0 ? 0 : values.size() / dimensions; }
  std::span<const double> operator[](std::size_t i) const {
    return {values.data() + i * dimensions, dimensions};
  }
  void add(std::span<const double> point) {
    values.insert(values.end(), point.begin(), point.end());
  }
};

}  // namespace quarry::search
