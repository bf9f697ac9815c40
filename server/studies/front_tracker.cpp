// Tested by tests/server/front_tracker_test.cpp.
#include "server/studies/front_tracker.hpp"

#include <algorithm>
#include <cmath>

#include "search/core/metric_name.hpp"
#include "search/pareto/hypervolume.hpp"

namespace quarry::server {
namespace {

double ideal_of(const search::Objective& objective) {
  const search::Metric* metric = search::find_metric(search::metric_of(objective.metric));
  const bool natural = metric != nullptr && metric->better == objective.goal;
  return natural ? metric->ideal : 0.0;
}

}  // namespace

FrontTracker::FrontTracker(std::vector<search::Objective> objectives,
                           std::vector<search::Constraint> constraints, std::size_t settle_after)
    : objectives_(std::move(objectives)),
      constraints_(std::move(constraints)),
      settle_after_(settle_after),
      archive_(objectives_.size()) {}

search::ObjectiveVector FrontTracker::minimised(const Metrics& metrics) const {
  search::ObjectiveVector values;
  for (const search::Objective& objective : objectives_)
    values.push_back(search::to_minimised(objective.goal, metrics.at(objective.metric).value));
  return values;
}

std::vector<double> FrontTracker::margins(const Metrics& metrics) const {
  std::vector<double> all;
  for (const search::Constraint& constraint : constraints_) {
    const std::vector<double> some =
        search::margins(constraint, metrics.at(constraint.metric).value);
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

bool FrontTracker::is_feasible(const Metrics& metrics) const {
  return search::violation(margins(metrics)) <= 0.0;
}

FrontUpdate FrontTracker::add(std::size_t trial, const Metrics& metrics) {
  FrontUpdate update{.feasible = is_feasible(metrics)};
  const search::ObjectiveVector point = minimised(metrics);
  if (update.feasible) {
    search::ArchiveChange change = archive_.insert(point, trial);
    update.added = change.added;
    update.removed = std::move(change.removed);
  }
  bool has_settled = false;
  if (reference_.empty()) {
    early_.push_back(point);
    has_settled = early_.size() >= settle_after_;
    if (has_settled) settle();
  }
  // Most trials of a long study leave the front as it is.
  if (update.added || has_settled) hypervolume_ = hypervolume();
  update.hypervolume = hypervolume_;
  return update;
}

std::optional<double> FrontTracker::rebuild(
    const std::vector<std::pair<std::size_t, const Metrics*>>& trials) {
  archive_ = search::ParetoArchive(objectives_.size());
  for (const auto& [number, metrics] : trials) {
    if (is_feasible(*metrics)) archive_.insert(minimised(*metrics), number);
  }
  return hypervolume_ = hypervolume();
}

void FrontTracker::settle() {
  for (std::size_t k = 0; k < objectives_.size(); ++k) {
    if (objectives_[k].reference) {
      reference_.push_back(*objectives_[k].reference);
      continue;
    }
    double worst = early_.front()[k];
    for (const search::ObjectiveVector& point : early_) worst = std::max(worst, point[k]);
    const double ideal = search::to_minimised(objectives_[k].goal, ideal_of(objectives_[k]));
    reference_.push_back(
        search::to_minimised(objectives_[k].goal, worst + 0.05 * std::abs(worst - ideal)));
  }
  early_.clear();
}

std::optional<double> FrontTracker::hypervolume() const {
  if (reference_.empty()) return std::nullopt;
  return hypervolume_share(archive_.points(), objectives_, reference_);
}

double hypervolume_share(const search::Points& points,
                         std::span<const search::Objective> objectives,
                         std::span<const double> reference) {
  // Per objective 0 is the ideal and 1 the reference.
  search::Points scaled(objectives.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    std::vector<double> point;
    for (std::size_t k = 0; k < objectives.size(); ++k) {
      const double ideal = search::to_minimised(objectives[k].goal, ideal_of(objectives[k]));
      const double span = search::to_minimised(objectives[k].goal, reference[k]) - ideal;
      point.push_back(span > 0.0 ? (points[i][k] - ideal) / span : 1.0);
    }
    scaled.add(point);
  }
  return search::hypervolume(scaled, std::vector<double>(objectives.size(), 1.0));
}

}  // namespace quarry::server
