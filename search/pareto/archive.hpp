// The non-dominated points seen so far, each with the number of its trial: the front of a study as
// it grows, and its hypervolume.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "search/pareto/points.hpp"
#include "search/pareto/staircase.hpp"

namespace quarry::search {

struct ArchiveChange {
  bool added = false;
  std::vector<std::size_t> removed;  // trial numbers that the new point dominates, ascending
};

// Grows without bound. A point equal to a member is not added: the earlier trial keeps its place.
// Belongs to one thread: reading it may put its members in order first.
class ParetoArchive {
 public:
  // `reference` is for the hypervolume: one number per dimension, or empty for none.
  explicit ParetoArchive(std::size_t dimensions, std::vector<double> reference = {});

  // Two objectives: O(log n) amortised. Others: O(n).
  ArchiveChange insert(std::span<const double> point, std::size_t trial);

  std::size_t size() const;

  // In order of insertion; trials() beside points(). Valid until the next insert. The first call
  // after an insert of two objectives sorts, the others cost nothing.
  const Points& points() const;
  std::span<const std::size_t> trials() const;

  // Of the members that are strictly better than the reference in every objective; nothing without
  // a reference. Two objectives: kept up to date, O(1). Others: computed anew.
  std::optional<double> hypervolume() const;
  // What inserting `candidate` would add to it; 0 without a reference. Two objectives: O(log n) and
  // a step per member that would be removed.
  double hypervolume_gain(std::span<const double> candidate) const;
  void set_reference(std::vector<double> reference);

 private:
  ArchiveChange insert_anywhere(std::span<const double> point, std::size_t trial);
  void put_in_order() const;

  std::vector<double> reference_;
  Staircase stairs_;  // the members where there are two objectives
  // The members; of two objectives a copy in order of insertion, made when it is asked for.
  mutable Points points_;
  mutable std::vector<std::size_t> trials_;
  mutable bool in_order_ = true;
};

}  // namespace quarry::search
