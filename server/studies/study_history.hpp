// How a study came to where it is: its hypervolume and the best of each objective, trial by trial
// and second by second, thinned out for a chart; and the hypervolume that its trials would have by
// another study's reference, without which two studies cannot be compared. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "search/core/objective.hpp"
#include "server/studies/front_tracker.hpp"
#include "server/studies/study_table.hpp"

namespace quarry::server {

struct HistoryPoint {
  std::size_t trials = 0;  // finished
  double elapsed_s = 0.0;
  double hypervolume = kNoValue;
  std::vector<double> best;  // per objective, feasible trials only; kNoValue before the first
};

// At most `limit` points, the first and the last among them, spread evenly over trials and over
// their logarithm.
std::vector<std::size_t> checkpoints(std::size_t trials, std::size_t limit);

// By the study's own reference.
std::vector<HistoryPoint> history_of(const StudyTable& table,
                                     std::span<const search::Objective> objectives,
                                     std::size_t limit);

// By the given one, which has a number for each objective in its metric's own unit and sign.
// Infeasible trials have no part in it.
std::vector<HistoryPoint> history_by(const StudyTable& table,
                                     std::span<const search::Objective> objectives,
                                     const std::vector<double>& reference, std::size_t limit);

// The reference that the study's own hypervolume is by; empty until it is settled.
std::vector<double> reference_of(const StudyTable& table,
                                 const std::vector<search::Objective>& objectives,
                                 std::int64_t first_budget);

}  // namespace quarry::server
