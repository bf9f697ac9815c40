// The non-dominated points seen so far, each with the number of its trial: the front of a study as
// it grows.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "search/pareto/points.hpp"

namespace quarry::search {

struct ArchiveChange {
  bool added = false;
  std::vector<std::size_t> removed;  // trial numbers that the new point dominates, ascending
};

// Grows without bound. A point equal to a member is not added: the earlier trial keeps its place.
class ParetoArchive {
 public:
  explicit ParetoArchive(std::size_t dimensions) : points_(dimensions) {}

  ArchiveChange insert(std::span<const double> point, std::size_t trial);

  const Points& points() const { return points_; }
  std::span<const std::size_t> trials() const {
    return trials_;
  }  // beside points(), in order of insertion

 private:
  Points points_;
  std::vector<std::size_t> trials_;
};

}  // namespace quarry::search
