// Tested by tests/search/archive_test.cpp.
#include "search/pareto/archive.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "search/pareto/dominance.hpp"
#include "search/pareto/hypervolume.hpp"

namespace quarry::search {

ParetoArchive::ParetoArchive(std::size_t dimensions, std::vector<double> reference)
    : points_(dimensions) {
  set_reference(std::move(reference));
}

ArchiveChange ParetoArchive::insert(std::span<const double> point, std::size_t trial) {
  assert(point.size() == points_.dimensions);
  if (points_.dimensions != 2) return insert_anywhere(point, trial);
  ArchiveChange change;
  change.added = stairs_.insert(point[0], point[1], trial, change.removed);
  if (change.added) in_order_ = false;
  std::ranges::sort(change.removed);
  return change;
}

ArchiveChange ParetoArchive::insert_anywhere(std::span<const double> point, std::size_t trial) {
  ArchiveChange change;
  for (std::size_t i = 0; i < points_.size(); ++i) {
    if (weakly_dominates(points_[i], point)) return change;
  }
  const std::size_t dimensions = points_.dimensions;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < trials_.size(); ++i) {
    if (weakly_dominates(point, points_[i])) {
      change.removed.push_back(trials_[i]);
      continue;
    }
    if (kept < i) {
      std::copy_n(points_.values.data() + i * dimensions, dimensions,
                  points_.values.data() + kept * dimensions);
      trials_[kept] = trials_[i];
    }
    ++kept;
  }
  points_.values.resize(kept * dimensions);
  trials_.resize(kept);
  points_.add(point);
  trials_.push_back(trial);
  std::ranges::sort(change.removed);
  change.added = true;
  return change;
}

std::size_t ParetoArchive::size() const {
  return points_.dimensions == 2 ? stairs_.steps().size() : trials_.size();
}

const Points& ParetoArchive::points() const {
  put_in_order();
  return points_;
}

std::span<const std::size_t> ParetoArchive::trials() const {
  put_in_order();
  return trials_;
}

std::optional<double> ParetoArchive::hypervolume() const {
  if (reference_.empty()) return std::nullopt;
  return points_.dimensions == 2 ? stairs_.area() : search::hypervolume(points_, reference_);
}

double ParetoArchive::hypervolume_gain(std::span<const double> candidate) const {
  assert(candidate.size() == points_.dimensions);
  if (reference_.empty()) return 0.0;
  return points_.dimensions == 2 ? stairs_.gain(candidate[0], candidate[1])
                                 : search::hypervolume_gain(points_, candidate, reference_);
}

void ParetoArchive::set_reference(std::vector<double> reference) {
  assert(reference.empty() || reference.size() == points_.dimensions);
  reference_ = std::move(reference);
  if (points_.dimensions == 2 && !reference_.empty())
    stairs_.set_reference(reference_[0], reference_[1]);
}

void ParetoArchive::put_in_order() const {
  if (in_order_) return;
  struct Member {
    std::size_t arrival;
    std::size_t trial;
    std::array<double, 2> point;
  };
  std::vector<Member> members;
  members.reserve(size());
  for (const auto& [first, step] : stairs_.steps())
    members.push_back({step.arrival, step.id, {first, step.second}});
  std::ranges::sort(members, {}, &Member::arrival);
  points_.values.clear();
  trials_.clear();
  for (const Member& member : members) {
    points_.add(member.point);
    trials_.push_back(member.trial);
  }
  in_order_ = true;
}

}  // namespace quarry::search
