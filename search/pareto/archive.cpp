// Tested by tests/search/archive_test.cpp.
#include "search/pareto/archive.hpp"

#include <algorithm>

#include "search/pareto/dominance.hpp"

namespace quarry::search {

ArchiveChange ParetoArchive::insert(std::span<const double> point, std::size_t trial) {
  ArchiveChange change;
  for (std::size_t i = 0; i < points_.size(); ++i) {
    if (std::ranges::equal(points_[i], point) || dominates(points_[i], point)) return change;
  }
  Points kept(points_.dimensions);
  std::vector<std::size_t> kept_trials;
  for (std::size_t i = 0; i < points_.size(); ++i) {
    if (dominates(point, points_[i])) {
      change.removed.push_back(trials_[i]);
    } else {
      kept.add(points_[i]);
      kept_trials.push_back(trials_[i]);
    }
  }
  kept.add(point);
  kept_trials.push_back(trial);
  points_ = std::move(kept);
  trials_ = std::move(kept_trials);
  std::ranges::sort(change.removed);
  change.added = true;
  return change;
}

}  // namespace quarry::search
