// The front of one study and its hypervolume, kept up to date trial by trial. The same trials in
// the same order give the same numbers, live and when a log is replayed.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "search/core/measurement.hpp"
#include "search/core/objective.hpp"
#include "search/pareto/archive.hpp"

namespace quarry::server {

struct FrontUpdate {
  bool feasible = true;
  bool added = false;
  std::vector<std::size_t> removed;   // trial numbers, ascending
  std::optional<double> hypervolume;  // of the front as it now is
};

// The trials of which the worst settle a study's reference, unless its budget is smaller.
inline constexpr std::size_t kReferenceTrials = 8;

// The share, 0..1, of the box between each metric's ideal (accuracy 1, costs 0) and the reference,
// which is in the metrics' own units and signs, that minimised points dominate.
double hypervolume_share(const search::Points& points,
                         std::span<const search::Objective> objectives,
                         std::span<const double> reference);

// Hypervolume is the share, 0..1, of the box between each metric's ideal (accuracy 1, costs 0) and
// the reference point. An objective's reference is the study's own or, once `settle_after` trials
// have succeeded, five per cent beyond the worst of them; before that there is no hypervolume.
class FrontTracker {
 public:
  FrontTracker(std::vector<search::Objective> objectives,
               std::vector<search::Constraint> constraints, std::size_t settle_after);

  using Metrics = std::map<std::string, search::Measurement>;

  // Precondition: metrics holds every objective and constraint.
  FrontUpdate add(std::size_t trial, const Metrics& metrics);

  search::ObjectiveVector minimised(const Metrics& metrics) const;
  // One per bound of the constraints, in their order.
  std::vector<double> margins(const Metrics& metrics) const;
  bool is_feasible(const Metrics& metrics) const;

  const search::ParetoArchive& archive() const { return archive_; }
  // In each metric's own unit and sign; empty until it is settled.
  const std::vector<double>& reference() const { return reference_; }

 private:
  void settle();
  std::optional<double> hypervolume() const;

  std::vector<search::Objective> objectives_;
  std::vector<search::Constraint> constraints_;
  std::size_t settle_after_;
  search::ParetoArchive archive_;
  std::vector<search::ObjectiveVector>
      early_;  // the first settle_after trials, until the reference is settled
  std::vector<double> reference_;
};

}  // namespace quarry::server
