// The tasks of a study's trials: queued, tried again, withdrawn, and what comes back of them.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "search/core/metric_name.hpp"
#include "server/studies/conductor.hpp"
#include "server/studies/trial_tasks.hpp"

namespace quarry::server {
namespace {

using evaluators::Evaluation;
using nlohmann::json;

constexpr const char* kTest = "test";  // the name of the task that tests a trial

}  // namespace

void Conductor::queue_missing(const StudyTrial& trial) {
  const auto [begin, end] = by_genome_.equal_range(trial.genome);
  const bool waits = std::any_of(begin, end, [&](const auto& twin) {
    return twin.second < trial.number && outstanding_.contains(twin.second);
  });
  if (waits) return;
  for (std::size_t i = 0; i < plan_->tasks().size(); ++i) {
    const TaskPlan& task = plan_->tasks()[i];
    if (!is_measured(trial, task)) queue_task(trial, task, std::to_string(i));
  }
}

void Conductor::queue_task(const StudyTrial& trial, const TaskPlan& task, const std::string& name) {
  if (parked_) return;
  const std::string id = id_ + "." + std::to_string(trial.number) + "." + name;
  if (!in_flight_.insert(id).second) return;
  const auto machine = machines_.find(task.key);
  context_.queue.push({.id = id,
                       .study = id_,
                       .trial = trial.number,
                       .supernet = spec_.supernet,
                       .evaluator = task.evaluator,
                       .options = task.options,
                       .genome = trial.genome,
                       .metrics = task.asked,
                       .tags = task.tags,
                       .plan = task.key,
                       .machine = machine == machines_.end() ? task.machine : machine->second.id,
                       .here_only = name == kTest});
}

MeasurementKey Conductor::question(const StudyTrial& trial, const TaskPlan& task,
                                   const std::string& metric) const {
  const auto machine = machines_.find(task.key);
  // Under the metric's own name: what it is called here is this study's affair.
  return {plan_->supernet_key(), search::to_text(trial.genome),
          std::string(search::metric_of(metric)), task.question,
          machine == machines_.end() ? task.fingerprint_id : machine->second.fingerprint};
}

// By the last part of its id, so that a task of an earlier life is known too.
const TaskPlan& Conductor::plan_of(const evaluators::Task& task) const {
  return plan_->tasks()[std::stoul(task.id.substr(task.id.rfind('.') + 1))];
}

void Conductor::receive(Completion completion, Batch& batch) {
  in_flight_.erase(completion.task.id);
  StudyTrial& trial = trials_.at(completion.task.trial);
  const Evaluation& evaluation = completion.evaluation;
  if (completion.task.id.ends_with(std::string(".") + kTest))
    return receive_test(trial, evaluation, batch);
  if (is_repeat(completion.task.id)) return receive_repeat(trial, completion, batch);
  // It failed elsewhere already, or this comes a second time.
  const TaskPlan& task = plan_of(completion.task);
  if (trial.state != TrialState::kQueued || is_measured(trial, task)) return;
  completion.evaluation.metrics = task.named(evaluation.metrics);
  for (const std::string& metric : task.metrics) {
    if (evaluation.failure.empty() && !evaluation.metrics.contains(metric))
      completion.evaluation.failure = "no " + metric + " of this network";
  }
  if (!evaluation.failure.empty() && retry(trial, completion, batch)) return;
  if (evaluation.failure.empty()) {
    record_measured(trial, completion, batch.change);
    finish_if_complete(trial, batch.change);
  } else {
    trial.reason = task.evaluator + ": " + evaluation.failure;
    const bool expired = evaluation.kind == evaluators::FailureKind::kExpired;
    finish(trial, expired ? TrialState::kExpired : TrialState::kFailed, batch.change);
  }
  add_trial_row(batch.change, trial);
  if (trial.state != TrialState::kQueued) batch.finished.push_back(trial.number);
}

// True when the task is tried again.
bool Conductor::retry(const StudyTrial& trial, const Completion& completion, Batch& batch) {
  const Evaluation& evaluation = completion.evaluation;
  const std::string& id = completion.task.id;
  if (!retries_again(spec_.retries, evaluation.kind, retries_[id])) return false;
  const json data = {{"number", trial.number},
                     {"task", id},
                     {"retry", ++retries_[id]},
                     {"kind", to_text(evaluation.kind)},
                     {"reason", evaluation.failure}};
  log_.add(batch.change, "trial.retried", data.dump());
  batch.again.push_back(completion.task);
  return true;
}

// What else was queued of a trial that is over.
void Conductor::withdraw_tasks(const StudyTrial& trial) {
  for (std::size_t i = 0; i < plan_->tasks().size(); ++i) {
    const std::string id = id_ + "." + std::to_string(trial.number) + "." + std::to_string(i);
    if (in_flight_.contains(id) && context_.queue.withdraw(id_, id).task) in_flight_.erase(id);
  }
}

// A test that fails leaves the front as it was validated.
void Conductor::receive_test(StudyTrial& trial, const Evaluation& evaluation, Batch& batch) {
  if (untested_.erase(trial.number) == 0 || !evaluation.failure.empty()) return;
  const search::Measurement measurement = evaluation.metrics.at("accuracy");
  trial.metrics["test_accuracy"] = measurement;
  const json data = {{"number", trial.number},
                     {"metrics", {{"test_accuracy", measurement_to_json(measurement)}}}};
  log_.add(batch.change, "trial.tested", data.dump());
  add_trial_row(batch.change, trial);
}

void Conductor::record_measured(StudyTrial& trial, const Completion& completion, Commit& change) {
  const TaskPlan& task = plan_of(completion.task);
  const Evaluation& evaluation = completion.evaluation;
  std::map<std::string, search::Measurement> wanted;
  for (const std::string& metric : task.metrics) wanted[metric] = evaluation.metrics.at(metric);
  json data = {{"number", trial.number},
               {"evaluator", task.evaluator},
               {"metrics", metrics_to_json(wanted)}};
  if (task.evaluator != evaluators::kExternal) {
    if (task.is_elsewhere()) {
      machines_[task.key] = {completion.task.machine, wanted.begin()->second.fingerprint};
      data["machine"] = completion.task.machine;
      data["plan"] = task.key;
    }
    for (const auto& [metric, measurement] : wanted)
      change.measurements.push_back(
          {question(trial, task, metric), measurement, static_cast<std::int64_t>(trial.number)});
  }
  if (!task.fingerprint_id.empty())
    change.fingerprints.emplace_back(task.fingerprint_id, task.fingerprint);
  if (!evaluation.fingerprint.first.empty()) change.fingerprints.push_back(evaluation.fingerprint);
  log_.add(change, "trial.measured", data.dump());
  trial.metrics.merge(wanted);
}

}  // namespace quarry::server
