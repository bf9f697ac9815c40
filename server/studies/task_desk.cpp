// Tested by tests/server/task_desk_test.cpp, also under ThreadSanitizer.
#include "server/studies/task_desk.hpp"

#include <algorithm>
#include <exception>
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
constexpr std::size_t kMostWorkers = 10000;   // listed; of more, the longest silent go
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
  Lock lock(mutex_);
  wait_for({task.id}, lock);
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

// Until the store is done with all of these.
void TaskDesk::wait_for(const std::set<std::string>& tasks, Lock& lock) {
  set_free_.wait(lock, [&] {
    return std::ranges::none_of(tasks,
                                [&](const std::string& task) { return busy_.contains(task); });
  });
}

void TaskDesk::set_free(const std::vector<std::string>& tasks) {
  for (const std::string& task : tasks) busy_.erase(task);
  set_free_.notify_all();
}

std::optional<Lease> TaskDesk::claim(const std::string& worker, const Offer& offer,
                                     double seconds) {
  std::vector<Lease> leases = claim(worker, offer, seconds, 1);
  if (leases.empty()) return std::nullopt;
  return std::move(leases.front());
}

std::vector<Lease> TaskDesk::claim(const std::string& worker, const Offer& offer, double seconds,
                                   std::size_t count) {
  Lock lock(mutex_);
  const double now = clock_.steady_seconds();
  if (workers_.size() >= kMostWorkers && !workers_.contains(worker))
    workers_.erase(std::ranges::min_element(
        workers_, {}, [](const auto& entry) { return entry.second.heard_at; }));
  workers_[worker] = {offer, now};
  std::vector<Lease> leases;
  std::vector<LeaseRecord> records;
  std::vector<std::string> tasks;
  while (leases.size() < count) {
    std::optional<Task> task = queue_.take(offer);
    if (!task) break;
    records.push_back({.task = task->id,
                       .study = task->study,
                       .trial = static_cast<std::int64_t>(task->trial),
                       .evaluator = task->evaluator,
                       .metrics = task->metrics,
                       .worker = worker,
                       .machine = offer.machine,
                       .seconds = seconds});
    tasks.push_back(task->id);
    leases.push_back({.task = std::move(*task),
                      .worker = worker,
                      .machine = offer.machine,
                      .seconds = seconds,
                      .deadline = now + seconds});
  }
  if (leases.empty()) return leases;
  busy_.insert(tasks.begin(), tasks.end());
  lock.unlock();
  std::vector<std::int64_t> tokens;
  std::exception_ptr failure;
  try {
    tokens = leases_.add(records);
  } catch (const StoreError&) {
    failure = std::current_exception();
  }
  lock.lock();
  set_free(tasks);
  for (std::size_t i = 0; i < leases.size(); ++i) {
    if (failure) {
      // Nobody has it: as if a worker had taken it and was never heard of again.
      queue_.deliver(leases[i].task, {.metrics = {},
                                      .failure = "the lease could not be stored",
                                      .kind = FailureKind::kRetryable});
      continue;
    }
    leases[i].token = tokens[i];
    held_[tokens[i]] = leases[i];
  }
  if (failure) std::rethrow_exception(failure);
  return leases;
}

TaskDesk::Reply TaskDesk::heartbeat(const std::string& task, std::int64_t token) {
  Lock lock(mutex_);
  wait_for({task}, lock);
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
  std::vector<Result> results;
  results.push_back({task, token, std::move(evaluation), outcome});
  return complete(std::move(results)).front();
}

std::vector<TaskDesk::Reply> TaskDesk::complete(std::vector<Result> results) {
  std::vector<Reply> replies(results.size());
  for (std::size_t next = 0; next < results.size();) {
    // A second result of a task is judged when the first is stored.
    std::set<std::string> tasks;
    std::size_t end = next;
    while (end < results.size() && tasks.insert(results[end].task).second) ++end;
    Lock lock(mutex_);
    wait_for(tasks, lock);
    std::vector<Accepted> accepted;
    for (; next < end; ++next) replies[next] = judge(results[next], accepted);
    store(accepted, lock);
  }
  return replies;
}

// What the worker will be told; a result that is accepted has still to be stored.
TaskDesk::Reply TaskDesk::judge(Result& result, std::vector<Accepted>& accepted) {
  const std::string& task = result.task;
  const std::int64_t token = result.token;
  const std::string& outcome = result.outcome;
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

  const bool failed = !result.evaluation.failure.empty();
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
  accepted.push_back({&result, std::move(known)});
  return {Verdict::kAccepted, "", outcome};
}

// Leaves the lock while it writes.
void TaskDesk::store(std::vector<Accepted>& accepted, Lock& lock) {
  if (accepted.empty()) return;
  std::vector<LeaseStore::End> ends;
  std::vector<std::string> tasks;
  for (const Accepted& one : accepted) {
    const bool failed = !one.result->evaluation.failure.empty();
    ends.push_back({one.result->token, failed ? "failed" : "completed", one.result->outcome});
    tasks.push_back(one.result->task);
  }
  busy_.insert(tasks.begin(), tasks.end());
  lock.unlock();
  std::exception_ptr failure;
  try {
    leases_.settle(ends);
  } catch (const StoreError&) {
    failure = std::current_exception();
  }
  lock.lock();
  set_free(tasks);
  for (Accepted& one : accepted) {
    if (!failure) {
      held_.erase(one.result->token);
      // Without a conductor it waits in the store until one queues the task.
      if (!one.task.id.empty()) queue_.deliver(one.task, std::move(one.result->evaluation));
    } else if (!one.task.id.empty() && !held_.contains(one.result->token)) {
      // It was taken from the queue for this result, which is not there now.
      queue_.deliver(one.task, {.metrics = {},
                                .failure = "the result could not be stored",
                                .kind = FailureKind::kRetryable});
    }
  }
  if (failure) std::rethrow_exception(failure);
}

void TaskDesk::sweep() {
  const std::scoped_lock lock(mutex_);
  const double now = clock_.steady_seconds();
  std::erase_if(workers_, [&](const auto& worker) {
    return now - worker.second.heard_at > kForgottenSeconds;
  });
  std::vector<LeaseStore::End> ends;
  for (const auto& [token, lease] : held_) {
    if (lease.deadline <= now && !busy_.contains(lease.task.id))
      ends.push_back({token, "expired", ""});
  }
  if (ends.empty()) return;
  leases_.settle(ends);
  for (const LeaseStore::End& end : ends) {
    const auto lease = held_.find(end.token);
    const Lease ended = std::move(lease->second);
    held_.erase(lease);
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
