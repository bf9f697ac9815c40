// The trials of a study: made, taken up, finished, told.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "server/studies/conductor.hpp"
#include "server/studies/trial_tasks.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

}  // namespace

// Enough trials under way that tasks that need the machine for themselves can run in a row. Leaves
// when a batch is full, so that the user is heard in between.
void Conductor::top_up() {
  Batch batch = begin_batch();
  more_to_create_ = false;
  while (outstanding_.size() < static_cast<std::size_t>(spec_.in_flight) &&
         static_cast<std::int64_t>(trials_.size()) < log_.budget().trials) {
    if (is_full(batch)) {
      more_to_create_ = true;
      break;
    }
    if (!enqueued_.empty()) {
      create_enqueued(batch);
    } else {
      std::vector<search::Proposal> proposals = algorithm_->ask(1);
      if (proposals.empty()) break;
      const search::Genome genome = plan_->subspace().expand(proposals.front().genome);
      create_trial(std::move(proposals.front()), genome, batch);
    }
  }
  store(std::move(batch));
}

// The user's own network, unless a trial has measured it or is about to.
void Conductor::create_enqueued(Batch& batch) {
  const search::Genome genome = enqueued_.front();
  enqueued_.pop_front();
  const auto [begin, end] = by_genome_.equal_range(genome);
  const auto stands = std::find_if(begin, end, [&](const auto& entry) {
    const TrialState state = trials_[entry.second].state;
    return state == TrialState::kQueued || state == TrialState::kSucceeded ||
           state == TrialState::kInfeasible;
  });
  if (stands == end)
    return create_trial({.genome = {}, .origin = {.how = kEnqueued}}, genome, batch);
  log_.add(batch.change, "trial.skipped",
           json{{"genome", genome}, {"trial", stands->second}, {"reason", "is that trial"}}.dump());
}

void Conductor::create_trial(search::Proposal proposal, const search::Genome& genome,
                             Batch& batch) {
  StudyTrial trial = proposed_trial(trials_.size(), genome, std::move(proposal.origin), *plan_);
  log_.add(batch.change, "trial.created", text_of(trial));
  outstanding_.insert(trial.number);
  by_genome_.emplace(trial.genome, trial.number);
  trials_.push_back(std::move(trial));
  StudyTrial& created = trials_.back();
  measure_or_reuse(created, batch.change);
  finish_if_complete(created, batch.change);
  add_trial_row(batch.change, created);
  if (created.state == TrialState::kQueued) {
    batch.created.push_back(created.number);
  } else {
    // Before the next is asked for, as in a replay. That it is not stored yet harms nothing: if the
    // store fails this conductor ends, and its algorithm with it.
    tell(created);
  }
}

// Answers that this study has under another number, or an earlier study on this machine, are taken
// from there: nothing is measured twice.
void Conductor::measure_or_reuse(StudyTrial& trial, Commit& change) {
  for (const TaskPlan& task : plan_->tasks()) {
    if (is_measured(trial, task)) continue;
    std::map<std::string, search::Measurement> known;
    for (const std::string& metric : task.metrics) {
      const auto [begin, end] = by_genome_.equal_range(trial.genome);
      for (auto twin = begin; twin != end; ++twin) {
        const auto& metrics = trials_[twin->second].metrics;
        if (metrics.contains(metric)) known[metric] = metrics.at(metric);
      }
      // Two places of this study may be equal machines: each is measured, whoever was first.
      const bool is_alone =
          std::ranges::count(plan_->tasks(), task.question, &TaskPlan::question) == 1;
      // What a user's program says is true of its own study; what a machine measured, of that one.
      const bool asks_others = task.evaluator != evaluators::kExternal &&
                               (!task.is_elsewhere() || machines_.contains(task.key));
      if (known.contains(metric) || !asks_others || !is_alone) continue;
      if (const auto measurement = context_.store.find_measurement(question(trial, task, metric)))
        known[metric] = *measurement;
    }
    if (known.size() == task.metrics.size()) add_reused(trial, task, known, change);
  }
}

void Conductor::add_reused(StudyTrial& trial, const TaskPlan& task,
                           const std::map<std::string, search::Measurement>& known,
                           Commit& change) {
  const json data = {{"number", trial.number},
                     {"evaluator", task.evaluator},
                     {"metrics", metrics_to_json(known)},
                     {"reused", true}};
  log_.add(change, "trial.measured", data.dump());
  for (const auto& [metric, measurement] : known) trial.metrics.emplace(metric, measurement);
}

// A trial of an earlier life: what is missing is measured; one that lacks nothing but its end gets
// it.
void Conductor::take_up(StudyTrial& trial) {
  Commit change = log_.begin();
  measure_or_reuse(trial, change);
  finish_if_complete(trial, change);
  if (trial.state == TrialState::kQueued && change.events.empty()) {
    queue_missing(trial);
    return;
  }
  add_trial_row(change, trial);
  log_.commit(change);
  if (trial.state == TrialState::kQueued) {
    queue_missing(trial);
  } else {
    tell(trial);
  }
}

// Trials of the same network wait for the first of them instead of measuring it at the same time.
void Conductor::take_up_twins(const StudyTrial& finished) {
  const auto [begin, end] = by_genome_.equal_range(finished.genome);
  std::vector<std::size_t> waiting;
  for (auto twin = begin; twin != end; ++twin) {
    if (outstanding_.contains(twin->second)) waiting.push_back(twin->second);
  }
  for (const std::size_t number : waiting) take_up(trials_[number]);
}

void Conductor::finish_if_complete(StudyTrial& trial, Commit& change) {
  const bool complete = std::ranges::all_of(
      plan_->tasks(), [&](const TaskPlan& task) { return is_measured(trial, task); });
  if (!complete) return;
  finish(trial,
         tracker_->is_feasible(trial.metrics) ? TrialState::kSucceeded : TrialState::kInfeasible,
         change);
}

void Conductor::finish(StudyTrial& trial, TrialState state, Commit& change) {
  trial.state = state;
  outstanding_.erase(trial.number);
  ++change.study.trials;
  std::optional<FrontUpdate> update;
  if (state == TrialState::kSucceeded || state == TrialState::kInfeasible) {
    update = tracker_->add(trial.number, trial.metrics);
    for (const std::size_t number : update->removed) {
      front_.erase(number);
      change.left_front.push_back(static_cast<std::int64_t>(number));
      // It may have entered in this very change.
      for (TrialRecord& row : change.trials) {
        if (row.number == static_cast<std::int64_t>(number)) row.on_front = false;
      }
    }
    if (update->added) front_.insert(trial.number);
    change.study.hypervolume = update->hypervolume;
  }
  log_.add(change, "trial.finished",
           text_of(trial, finish_members(update, change.study.elapsed_seconds)));
}

void Conductor::tell(const StudyTrial& trial) {
  const search::Trial told = told_of(trial, *plan_, *tracker_);
  algorithm_->tell(std::span(&told, 1));
}

// What a network looks like is worked out once, when its trial is made.
std::string Conductor::text_of(const StudyTrial& trial, const std::string& more) {
  std::string& shape = shapes_[trial.number];
  if (shape.empty()) shape = trial_shape(trial.genome, plan_->supernet());
  return trial_to_text(trial, shape, spec_.objectives, more);
}

void Conductor::add_trial_row(Commit& change, const StudyTrial& trial) {
  change.trials.push_back({.number = static_cast<std::int64_t>(trial.number),
                           .state = to_text(trial.state),
                           .on_front = front_.contains(trial.number),
                           .is_baseline = !trial.baseline.empty(),
                           .data = text_of(trial)});
  if (trial.state != TrialState::kQueued) shapes_.erase(trial.number);
}

}  // namespace quarry::server
