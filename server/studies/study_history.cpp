// Tested by tests/server/study_history_test.cpp.
#include "server/studies/study_history.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "search/pareto/archive.hpp"

namespace quarry::server {
namespace {

// The objectives of a trial, minimised; nothing where one is missing.
std::optional<search::ObjectiveVector> point_of(const StudyTable& table, std::uint32_t trial,
                                                std::span<const search::Objective> objectives) {
  search::ObjectiveVector point;
  if (!table.is_measured(trial)) return std::nullopt;
  for (const search::Objective& objective : objectives) {
    const auto found = table.metrics.find(objective.metric);
    if (found == table.metrics.end() || !std::isfinite(found->second.value[trial]))
      return std::nullopt;
    point.push_back(search::to_minimised(objective.goal, found->second.value[trial]));
  }
  return point;
}

void improve(std::vector<double>& best, const search::ObjectiveVector& point,
             std::span<const search::Objective> objectives) {
  for (std::size_t k = 0; k < point.size(); ++k) {
    const double value = search::to_minimised(objectives[k].goal, point[k]);
    const bool better =
        !std::isfinite(best[k]) || point[k] < search::to_minimised(objectives[k].goal, best[k]);
    if (better) best[k] = value;
  }
}

// Walks through the trials; hypervolume(step) is asked for at the checkpoints, after
// take(trial, point) was told of every feasible trial up to there.
template <typename Take, typename Hypervolume>
std::vector<HistoryPoint> walk(const StudyTable& table,
                               std::span<const search::Objective> objectives, std::size_t limit,
                               Take take, Hypervolume hypervolume) {
  std::vector<HistoryPoint> points;
  std::vector<double> best(objectives.size(), kNoValue);
  const std::vector<std::size_t> stops = checkpoints(table.finished.size(), limit);
  std::size_t next = 0;
  for (std::size_t i = 0; i < table.finished.size() && next < stops.size(); ++i) {
    const FinishedStep& step = table.finished[i];
    const auto point = point_of(table, step.trial, objectives);
    if (point && table.state[step.trial] == TrialState::kSucceeded) {
      improve(best, *point, objectives);
      take(step.trial, *point);
    }
    if (i + 1 != stops[next]) continue;
    ++next;
    points.push_back({i + 1, step.elapsed_s, hypervolume(step), best});
  }
  return points;
}

}  // namespace

std::vector<std::size_t> checkpoints(std::size_t trials, std::size_t limit) {
  if (trials <= limit) {
    std::vector<std::size_t> all(trials);
    for (std::size_t i = 0; i < trials; ++i) all[i] = i + 1;
    return all;
  }
  std::set<std::size_t> stops = {1, trials};
  const std::size_t half = std::max<std::size_t>(limit / 2, 2) - 1;
  for (std::size_t i = 0; i < half; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(half);
    stops.insert(1 + static_cast<std::size_t>(share * static_cast<double>(trials - 1)));
    stops.insert(static_cast<std::size_t>(std::pow(static_cast<double>(trials), share)));
  }
  return {stops.begin(), stops.end()};
}

std::vector<HistoryPoint> history_of(const StudyTable& table,
                                     std::span<const search::Objective> objectives,
                                     std::size_t limit) {
  double latest = kNoValue;  // a failed trial's event has none
  std::size_t seen = 0;
  return walk(
      table, objectives, limit, [](std::uint32_t, const search::ObjectiveVector&) {},
      [&](const FinishedStep& step) {
        for (; seen < table.finished.size(); ++seen) {
          if (std::isfinite(table.finished[seen].hypervolume))
            latest = table.finished[seen].hypervolume;
          if (&table.finished[seen] == &step) break;
        }
        return latest;
      });
}

std::vector<HistoryPoint> history_by(const StudyTable& table,
                                     std::span<const search::Objective> objectives,
                                     const std::vector<double>& reference, std::size_t limit) {
  search::ParetoArchive archive(objectives.size());
  double latest = 0.0;
  bool changed = false;
  return walk(
      table, objectives, limit,
      [&](std::uint32_t trial, const search::ObjectiveVector& point) {
        changed = archive.insert(point, trial).added || changed;
      },
      [&](const FinishedStep&) {
        if (changed) latest = hypervolume_share(archive.points(), objectives, reference);
        changed = false;
        return latest;
      });
}

std::vector<double> reference_of(const StudyTable& table,
                                 const std::vector<search::Objective>& objectives,
                                 std::int64_t first_budget) {
  const auto settle_after =
      std::min<std::size_t>(kReferenceTrials, static_cast<std::size_t>(first_budget));
  FrontTracker tracker(objectives, {}, settle_after);
  for (const FinishedStep& step : table.finished) {
    if (!tracker.reference().empty()) break;
    const auto point = point_of(table, step.trial, objectives);
    if (!point) continue;
    FrontTracker::Metrics metrics;
    for (std::size_t k = 0; k < point->size(); ++k) {
      const std::string& metric = objectives[k].metric;
      // A front that was measured again does not move the reference.
      const auto& first = table.metrics.find(metric)->second.first;
      const auto before = first.find(step.trial);
      metrics[metric].value = before != first.end()
                                  ? before->second
                                  : search::to_minimised(objectives[k].goal, (*point)[k]);
    }
    tracker.add(step.trial, metrics);
  }
  return tracker.reference();
}

}  // namespace quarry::server
