// The part of a conductor that has members of the front measured again: round by round, each
// repeat an event, and at the end one event with what all runs say together. Tested by
// tests/server/confirm_study_test.cpp.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "server/studies/conductor.hpp"
#include "server/studies/trial_tasks.hpp"

namespace quarry::server {
namespace {

using evaluators::Evaluation;
using nlohmann::json;

// "c2-0-1": of the second confirmation, first round, the study's second task.
constexpr char kRepeat = 'c';

std::string last_part(const std::string& id) { return id.substr(id.rfind('.') + 1); }

std::string repeat_name(const Confirmation& confirmation, std::size_t task) {
  return kRepeat + std::to_string(confirmation.number()) + "-" +
         std::to_string(confirmation.round()) + "-" + std::to_string(task);
}

// Why a run does not count; empty: it does. Runs of two machines are two different things.
std::string refusal_of(const Evaluation& evaluation, const Confirmation::Metrics& metrics,
                       const Confirmation::Subject& subject, const StudyTrial& trial) {
  if (!evaluation.failure.empty()) return evaluation.failure;
  for (const std::string& metric : subject.metrics) {
    const auto found = metrics.find(metric);
    if (found == metrics.end()) return "no " + metric + " of this network";
    const std::string& before = trial.metrics.at(metric).fingerprint;
    if (found->second.fingerprint != before)
      return metric + " was measured on " + before + ", this run on " + found->second.fingerprint;
  }
  return "";
}

}  // namespace

bool is_repeat(const std::string& task_id) { return last_part(task_id).starts_with(kRepeat); }

void Conductor::begin_confirmation(const EventRecord& event) {
  const json data = json::parse(event.data);
  confirmation_ = confirmation_of(data, *plan_, trials_);
  confirming_since_ = data.at("elapsed_s").get<double>();
}

// One step on; true when there is nothing to measure again.
bool Conductor::has_confirmed() {
  if (confirmation_ == nullptr) return true;
  const std::optional<double> seconds = confirmation_->request().seconds;
  const bool is_late = seconds && confirmation_->round() > 0 &&
                       confirmation_->is_between_rounds() &&
                       log_.elapsed() - confirming_since_ >= *seconds;
  const std::vector<Confirmation::Subject> due = confirmation_->due();
  if (due.empty() || is_late) {
    close_confirmation(due.empty() ? confirmation_->reason() : "the seconds are spent");
    return true;
  }
  for (const Confirmation::Subject& subject : due)
    queue_task(trials_[subject.trial], plan_->tasks()[subject.task],
               repeat_name(*confirmation_, subject.task));
  return false;
}

void Conductor::receive_repeat(StudyTrial& trial, const Completion& completion, Batch& batch) {
  if (confirmation_ == nullptr) return;
  const std::string name = last_part(completion.task.id);
  const std::vector<Confirmation::Subject> due = confirmation_->due();
  const auto subject = std::ranges::find_if(due, [&](const Confirmation::Subject& one) {
    return one.trial == trial.number && repeat_name(*confirmation_, one.task) == name;
  });
  if (subject == due.end()) return;  // of a confirmation that was stopped
  const TaskPlan& task = plan_->tasks()[subject->task];
  const Confirmation::Metrics metrics = task.named(completion.evaluation.metrics);
  const std::string failure = refusal_of(completion.evaluation, metrics, *subject, trial);
  json data = {{"number", trial.number},
               {"confirmation", confirmation_->number()},
               {"round", confirmation_->round()},
               {"task", subject->task},
               {"evaluator", task.evaluator}};
  if (failure.empty()) {
    data["metrics"] = metrics_to_json(metrics);
  } else {
    data["failure"] = failure;
  }
  log_.add(batch.change, "trial.repeated", data.dump());
  confirmation_->add(trial.number, subject->task, failure.empty() ? &metrics : nullptr);
}

void Conductor::apply_repeat(const EventRecord& event) {
  const json data = json::parse(event.data);
  if (confirmation_ == nullptr) return;
  const auto trial = data.at("number").get<std::size_t>();
  const auto task = data.at("task").get<std::size_t>();
  if (!data.contains("metrics")) return confirmation_->add(trial, task, nullptr);
  const Confirmation::Metrics metrics = metrics_from_json(data.at("metrics"));
  confirmation_->add(trial, task, &metrics);
}

// The runs' common measurement answers later studies too, in place of the single ones.
void Conductor::close_confirmation(const std::string& reason) {
  for (const std::string& task : context_.queue.drop_queued(id_)) in_flight_.erase(task);
  Commit change = log_.begin();
  json data = confirmed_to_json(*confirmation_, reason);
  data["spent_s"] = change.study.elapsed_seconds - confirming_since_;
  for (const Confirmation::Member& member : confirmation_->members()) {
    const StudyTrial& trial = trials_[member.trial];
    for (const TaskPlan& task : plan_->tasks()) {
      for (const std::string& metric : task.metrics) {
        const auto found = member.merged.find(metric);
        if (member.repeats > 0 && found != member.merged.end() &&
            task.evaluator != evaluators::kExternal)
          change.measurements.push_back({question(trial, task, metric), found->second,
                                         static_cast<std::int64_t>(trial.number)});
      }
    }
  }
  std::set<std::size_t> shown;
  for (const Confirmation::Member& member : confirmation_->members()) shown.insert(member.trial);
  take_confirmed(data);
  if (data["hypervolume"].is_number()) change.study.hypervolume = data["hypervolume"].get<double>();
  data["elapsed_s"] = change.study.elapsed_seconds;
  for (const std::size_t number : data["front"]["removed"])
    change.left_front.push_back(static_cast<std::int64_t>(number));
  for (const std::size_t number : data["front"]["added"]) shown.insert(number);
  for (const std::size_t number : shown) add_trial_row(change, trials_[number]);
  log_.add(change, "study.confirmed", data.dump());
  log_.commit(change);
  // Of the search and its tests, what was dropped beside the repeats.
  if (search_closed_) return start_tests();
  for (const std::size_t number : outstanding_) queue_missing(trials_[number]);
}

// The algorithm keeps what it was told.
void Conductor::take_confirmed(json& event) {
  settle_confirmed(event, *tracker_, trials_, front_);
  confirming_seconds_ += event.at("spent_s").get<double>();
  confirmation_.reset();
}

}  // namespace quarry::server
