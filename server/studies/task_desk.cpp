// Tested by tests/server/task_desk_test.cpp, also under ThreadSanitizer.
#include "server/studies/task_desk.hpp"

#include <nlohmann/json.hpp>

#include "server/studies/study_state.hpp"
#include "server/studies/trial_log.hpp"
#include "server/studies/trial_tasks.hpp"

namespace quarry::server {
namespace {

using evaluators::Evaluation;
using evaluators::FailureKind;
using evaluators::Task;
using nlohmann::json;

constexpr const char* kWakes = "tasks";
constexpr double kForgottenSeconds = 3600.0;  // a worker that was silent for so long is not listed

std::string seconds_text(double seconds) {
  return std::to_string(static_cast<std::int64_t>(seconds)) + " s";
}

}  // namespace

std::string outcome_to_text(const Evaluation& evaluation) {
  json outcome;
  if (!evaluation.failure.empty()) {
    outcome = {{"failure", evaluation.failure},
               {"retryable", evaluation.kind == FailureKind::kRetryable}};
  } else {
    outcome = {{"metrics", metrics_to_json(evaluation.metrics)}};
    if (!evaluation.fingerprint.first.empty())
      outcome["machine"] = {{"id", evaluation.fingerprint.first},
                            {"text", evaluation.fingerprint.second}};
  }
  return outcome.dump(-1, ' ', false, json::error_handler_t::replace);
}

Evaluation outcome_from_text(const std::string& text) {
  const json outcome = json::parse(text);
  Evaluation evaluation;
  if (outcome.contains("failure")) {
    evaluation.failure = outcome["failure"].get<std::string>();
    if (outcome.value("retryable", false)) evaluation.kind = FailureKind::kRetryable;
    return evaluation;
  }
  evaluation.metrics = metrics_from_json(outcome.at("metrics"));
  if (outcome.contains("machine"))
    evaluation.fingerprint = {outcome["machine"].at("id").get<std::string>(),
                              outcome["machine"].at("text").get<std::string>()};
  return evaluation;
}

TaskDesk::TaskDesk(TaskQueue& queue, Store& store, LeaseStore& leases, Clock clock,
                   const std::string& machine)
    : queue_(queue), store_(store), leases_(leases), clock_(std::move(clock)) {
  const double now = clock_.steady_seconds();
  for (const LeaseRecord& record : leases_.held()) {
    Lease lease{.token = record.token,
                .task = {},
                .worker = record.worker,
                .machine = record.machine,
                .seconds = record.seconds,
                .deadline = now + record.seconds};
    lease.task.id = record.task;
    lease.task.study = record.study;
    lease.task.trial = static_cast<std::size_t>(record.trial);
    lease.task.machine = record.machine;
    held_[record.token] = std::move(lease);
  }
  queue_.set_keeper(this, machine);
}

void TaskDesk::pushed() { wakes_.publish(kWakes); }

std::shared_ptr<void> TaskDesk::subscribe(std::function<void()> wake) {
  return std::shared_ptr<void>(wakes_.subscribe(kWakes, std::move(wake)));
}

bool TaskDesk::keeps(const Task& task) {
  const std::scoped_lock lock(mutex_);
  const auto latest = leases_.latest(task.id);
  if (!latest) return false;
  if (const auto lease = held_.find(latest->token); lease != held_.end()) {
    lease->second.task = task;
    lease->second.task.machine = lease->second.machine;
    queue_.retake(lease->second.task);
    return true;
  }
  if (latest->state != "completed") return false;
  // Accepted by an earlier server, or while the study had no conductor.
  queue_.deliver(task, outcome_from_text(latest->outcome));
  return true;
}

void TaskDesk::hear(const std::string& worker) {
  if (const auto found = workers_.find(worker); found != workers_.end())
    found->second.heard_at = clock_.steady_seconds();
}

std::optional<Lease> TaskDesk::claim(const std::string& worker, const Offer& offer,
                                     double seconds) {
  const std::scoped_lock lock(mutex_);
  const double now = clock_.steady_seconds();
  workers_[worker] = {offer, now};
  std::optional<Task> task = queue_.take(offer);
  if (!task) return std::nullopt;
  Lease lease{.task = std::move(*task),
              .worker = worker,
              .machine = offer.machine,
              .seconds = seconds,
              .deadline = now + seconds};
  try {
    lease.token = leases_.add({.task = lease.task.id,
                               .study = lease.task.study,
                               .trial = static_cast<std::int64_t>(lease.task.trial),
                               .evaluator = lease.task.evaluator,
                               .metrics = lease.task.metrics,
                               .worker = worker,
                               .machine = lease.machine,
                               .seconds = seconds});
  } catch (const StoreError&) {
    // Nobody has it: as if a worker had taken it and was never heard of again.
    queue_.deliver(lease.task, {.metrics = {},
                                .failure = "the lease could not be stored",
                                .kind = FailureKind::kRetryable});
    throw;
  }
  held_[lease.token] = lease;
  return lease;
}

TaskDesk::Reply TaskDesk::heartbeat(const std::string& task, std::int64_t token) {
  const std::scoped_lock lock(mutex_);
  const auto record = leases_.find(token);
  if (!record || record->task != task)
    return {Verdict::kUnknown, "there is no lease " + std::to_string(token) + " of task " + task};
  hear(record->worker);
  const auto lease = held_.find(token);
  if (lease == held_.end())
    return {Verdict::kOrphan, "the lease is over: it is " + record->state, record->outcome};
  if (const auto why = closed(*record)) {
    return orphan(*record, "", *why);
  }
  lease->second.heard_of = true;
  lease->second.deadline = clock_.steady_seconds() + lease->second.seconds;
  return {.verdict = Verdict::kAccepted, .seconds_left = lease->second.seconds};
}

// Why the trial needs no result any more.
std::optional<std::string> TaskDesk::closed(const LeaseRecord& lease) const {
  const auto study = store_.study(lease.study);
  if (!study) return "study " + lease.study + " was deleted";
  if (has_ended(study->state)) return "study " + lease.study + " is " + study->state;
  // What is measured again is of a trial that is over.
  if (is_repeat(lease.task)) return std::nullopt;
  const auto rows = store_.trials(lease.study, {.after = lease.trial - 1, .limit = 1});
  if (rows.empty() || rows.front().number != lease.trial) return "the trial is not there";
  if (trial_state(rows.front().state) != TrialState::kQueued)
    return "trial " + std::to_string(lease.trial) + " is " + rows.front().state + " already";
  return std::nullopt;
}

// The answer to what was answered before.
std::optional<TaskDesk::Reply> TaskDesk::settled(const LeaseRecord& lease,
                                                 const std::string& outcome) const {
  const bool silent = lease.state == "orphan" && lease.outcome.empty();
  if (silent || lease.state == "held" || lease.state == "expired") return std::nullopt;
  if (!lease.outcome.empty() && lease.outcome != outcome) {
    return Reply{Verdict::kConflict, "this lease has brought another result already",
                 lease.outcome};
  }
  if (lease.state == "orphan")
    return Reply{Verdict::kOrphan, "the result came too late and is kept as an orphan",
                 lease.outcome};
  return Reply{Verdict::kAccepted, "", lease.outcome};
}

TaskDesk::Reply TaskDesk::orphan(const LeaseRecord& lease, const std::string& outcome,
                                 const std::string& why) {
  leases_.settle(lease.token, "orphan", outcome);
  if (const auto held = held_.find(lease.token); held != held_.end()) {
    const Task task = std::move(held->second.task);
    held_.erase(held);
    // Its study, if there is one, must know that nobody is at it any more.
    queue_.deliver(task, {.metrics = {}, .failure = why});
  }
  return {Verdict::kOrphan, outcome.empty() ? why : why + "; the result is kept as an orphan",
          outcome};
}

TaskDesk::Reply TaskDesk::complete(const std::string& task, std::int64_t token,
                                   Evaluation evaluation, const std::string& outcome) {
  const std::scoped_lock lock(mutex_);
  const auto record = leases_.find(token);
  if (!record || record->task != task)
    return {Verdict::kUnknown, "there is no lease " + std::to_string(token) + " of task " + task};
  hear(record->worker);
  if (auto reply = settled(*record, outcome)) return *reply;
  if (const auto latest = leases_.latest(task); latest->token != token)
    return orphan(
        *record, outcome,
        "the task was given to " + latest->worker + " with token " + std::to_string(latest->token));
  if (const auto why = closed(*record)) return orphan(*record, outcome, *why);

  const bool failed = !evaluation.failure.empty();
  Task known;
  if (const auto lease = held_.find(token); lease != held_.end()) {
    known = lease->second.task;
  } else if (failed) {
    return orphan(*record, outcome, "the lease has expired");
  } else if (queue_.is_open(record->study)) {
    TaskQueue::Withdrawal queued = queue_.withdraw(record->study, task, record->machine);
    if (queued.other_machine)
      return orphan(*record, outcome, "the study is measured on another machine by now");
    if (!queued.task) return {Verdict::kBusy, "the end of this lease is being dealt with"};
    known = std::move(*queued.task);
  }
  leases_.settle(token, failed ? "failed" : "completed", outcome);
  held_.erase(token);
  // Without a conductor it waits in the store until one queues the task.
  if (!known.id.empty()) queue_.deliver(known, std::move(evaluation));
  return {Verdict::kAccepted, "", outcome};
}

void TaskDesk::sweep() {
  const std::scoped_lock lock(mutex_);
  const double now = clock_.steady_seconds();
  std::erase_if(workers_, [&](const auto& worker) {
    return now - worker.second.heard_at > kForgottenSeconds;
  });
  for (auto lease = held_.begin(); lease != held_.end();) {
    if (lease->second.deadline > now) {
      ++lease;
      continue;
    }
    leases_.settle(lease->first, "expired", "");
    const Lease ended = std::move(lease->second);
    lease = held_.erase(lease);
    queue_.deliver(ended.task, {.metrics = {},
                                .failure = "worker " + ended.worker + " was not heard of for " +
                                           seconds_text(ended.seconds),
                                .kind = FailureKind::kExpired});
  }
}

std::map<std::size_t, std::string> TaskDesk::live_states(const std::string& study) const {
  std::map<std::size_t, std::string> states;
  for (const Task& task : queue_.running()) {
    if (task.study == study) states[task.trial] = "measuring";
  }
  const std::scoped_lock lock(mutex_);
  for (const auto& [token, lease] : held_) {
    if (lease.task.study != study) continue;
    if (lease.heard_of) states[lease.task.trial] = "measuring";
    states.emplace(lease.task.trial, "leased");
  }
  return states;
}

std::vector<WorkerView> TaskDesk::workers() const {
  const std::scoped_lock lock(mutex_);
  std::map<std::string, WorkerView> views;
  for (const auto& [name, worker] : workers_)
    views[name] = {name, worker.offer, clock_.steady_seconds() - worker.heard_at, {}};
  for (const auto& [token, lease] : held_) {
    WorkerView& view = views[lease.worker];
    view.name = lease.worker;
    view.leases.push_back(lease);
  }
  std::vector<WorkerView> all;
  for (auto& [name, view] : views) all.push_back(std::move(view));
  return all;
}

}  // namespace quarry::server
