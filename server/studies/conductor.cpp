// The life of a study, from its first trial to its end or the next pause. Every change is one
// commit: stored, then shown, then told to the algorithm. Tested by tests/server/conductor_test.cpp
// and tests/server/study_life_test.cpp.
#include "server/studies/conductor.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "server/studies/study_state.hpp"

namespace quarry::server {

namespace {

using evaluators::Evaluation;
using evaluators::Task;
using nlohmann::json;

// As much as one batch of a worker brings. Nobody waits longer than this for what has been done
// already while more of it is being done: who asks for the first trial of a generation does not
// wait until all that may be in flight are made. A commit takes a tenth of it on a good disk.
constexpr std::size_t kBatchTrials = 64;
constexpr double kBatchSeconds = 0.004;

}  // namespace

Conductor::Conductor(StudyContext context, StudyRecord record)
    : context_(std::move(context)),
      log_(context_.store, context_.hub, context_.clock, record),
      id_(record.id),
      state_(record.state) {}
Conductor::~Conductor() = default;

void Conductor::run(std::stop_token stop) {
  if (!is_conducted(state_)) return;
  log_.start_stopwatch();
  try {
    prepare();
    replay();
    const auto deliver = [this](const Task& task, Evaluation evaluation) {
      {
        const std::scoped_lock lock(mutex_);
        inbox_.push_back({task, std::move(evaluation)});
      }
      arrived_.notify_one();
    };
    context_.queue.open(id_, deliver, log_.record().priority);
    conduct(stop);
  } catch (const StoreError& error) {
    interruption_ = error.what();
  } catch (const std::exception& error) {
    fail(error.what());
  }
  context_.queue.close(id_);
  log_.stop_stopwatch();
}

void Conductor::fail(const std::string& reason) {
  try {
    while (!enter("failed", reason)) hear();
  } catch (const StoreError& error) {
    interruption_ = error.what();
  }
}

void Conductor::wake() {
  {
    const std::scoped_lock lock(mutex_);
    woken_ = true;
  }
  arrived_.notify_one();
}

void Conductor::conduct(std::stop_token stop) {
  while (state_ == "queued" && !enter("running", "")) hear();
  hear();
  parked_ = state_ == "pausing";
  const std::set<std::size_t> unfinished = outstanding_;
  for (const std::size_t number : unfinished) take_up(trials_[number]);
  if (search_closed_) start_tests();
  while (!stop.stop_requested()) {
    hear();
    if (has_come_to_rest()) return;
    wait_and_receive(stop);
  }
}

// One step on: whatever can be done before something arrives. True when nothing is left to do.
bool Conductor::has_come_to_rest() {
  if (state_ == "pausing") {
    park();
    return in_flight_.empty() && enter("paused", "paused by the user");
  }
  unpark();
  if (state_ == "stopping" && confirmation_ != nullptr) close_confirmation(end_reason_);
  if (state_ == "stopping" && !search_closed_) close_search(end_reason_);
  if (state_ == "stopping" && then_ == "cancelled") return enter("cancelled", end_reason_);
  if (!search_closed_) search_on();
  return has_confirmed() && search_closed_ && untested_.empty() && enter("completed", end_reason_);
}

void Conductor::hear() {
  for (const EventRecord& event : log_.hear()) {
    if (event.sequence > replayed_to_) apply(event);
  }
}

void Conductor::park() {
  if (parked_) return;
  parked_ = true;
  for (const std::string& task : context_.queue.drop_queued(id_)) in_flight_.erase(task);
}

void Conductor::unpark() {
  if (!std::exchange(parked_, false)) return;
  for (const std::size_t number : outstanding_) queue_missing(trials_[number]);
  if (search_closed_) start_tests();
}

void Conductor::search_on() {
  if (const auto left = seconds_left(); left && *left <= 0.0) {
    close_search("time budget spent");
  } else {
    top_up();
    const bool all_made = static_cast<std::int64_t>(trials_.size()) >= log_.budget().trials;
    if (outstanding_.empty() && !more_to_create_)
      close_search(all_made ? "trial budget spent" : "every network of the space was measured");
  }
}

void Conductor::wait_and_receive(std::stop_token stop) {
  std::vector<Completion> arrived;
  {
    std::unique_lock lock(mutex_);
    const bool goes_on = more_to_create_ && !parked_ && !search_closed_;
    const auto something = [&] { return !inbox_.empty() || woken_ || goes_on; };
    const auto left = seconds_left();
    if (left && !search_closed_ && !parked_) {
      arrived_.wait_for(lock, stop, std::chrono::duration<double>(std::max(*left, 0.0)), something);
    } else {
      arrived_.wait(lock, stop, something);
    }
    arrived.swap(inbox_);
    woken_ = false;
  }
  Batch batch = begin_batch();
  for (Completion& completion : arrived) {
    receive(std::move(completion), batch);
    if (!is_full(batch)) continue;
    store(std::move(batch));
    batch = begin_batch();  // only now: it begins with the row that was stored
  }
  store(std::move(batch));
}

Conductor::Batch Conductor::begin_batch() const {
  return {.change = log_.begin(), .begun_at = context_.clock.steady_seconds()};
}

bool Conductor::is_full(const Batch& batch) const {
  return batch.change.trials.size() >= kBatchTrials ||
         (!batch.change.events.empty() &&
          context_.clock.steady_seconds() - batch.begun_at > kBatchSeconds);
}

// Everything that follows comes in the order that a replay of the log would have.
void Conductor::store(Batch batch) {
  if (batch.change.events.empty()) return;
  log_.commit(batch.change);
  for (const std::size_t number : batch.finished) withdraw_tasks(trials_[number]);
  for (const std::size_t number : batch.finished) tell(trials_[number]);
  for (const std::size_t number : batch.created) queue_missing(trials_[number]);
  for (const Task& task : batch.again) {
    // It may have failed elsewhere since.
    const StudyTrial& trial = trials_[task.trial];
    if (trial.state == TrialState::kQueued)
      queue_task(trial, plan_of(task), task.id.substr(task.id.rfind('.') + 1));
  }
  for (const std::size_t number : batch.finished) take_up_twins(trials_[number]);
}

// ----------------------------------------------------------------------------------------------------------------
// the end

void Conductor::close_search(const std::string& reason) {
  for (const std::string& task : context_.queue.drop_queued(id_)) in_flight_.erase(task);
  Commit change = log_.begin();
  const std::set<std::size_t> unfinished = outstanding_;
  for (const std::size_t number : unfinished) {
    finish(trials_[number], TrialState::kCancelled, change);
    add_trial_row(change, trials_[number]);
  }
  // An extension that it has not heard of when it ends the search opens it again: see apply().
  const json data = {
      {"reason", reason}, {"elapsed_s", change.study.elapsed_seconds}, {"extensions", extensions_}};
  log_.add(change, "search.ended", data.dump());
  log_.commit(change);
  for (const std::size_t number : unfinished) tell(trials_[number]);
  search_closed_ = true;
  end_reason_ = reason;
  start_tests();
}

void Conductor::start_tests() {
  if (!plan_->final_test() || parked_ || then_ == "cancelled") return;
  for (const StudyTrial& trial : trials_) {
    const bool baseline = !trial.baseline.empty() && trial.state == TrialState::kSucceeded;
    if (!(front_.contains(trial.number) || baseline) || trial.metrics.contains("test_accuracy"))
      continue;
    untested_.insert(trial.number);
    queue_task(trial, *plan_->final_test(), "test");
  }
}

bool Conductor::enter(const std::string& state, const std::string& reason) {
  if (!log_.enter({state_}, state, reason)) return false;
  state_ = state;
  return true;
}

std::optional<double> Conductor::seconds_left() const {
  const Budget budget = log_.budget();
  if (!budget.seconds) return std::nullopt;
  // What is measured again is paid from a budget of its own.
  const double now = log_.elapsed();
  const double confirming = confirmation_ == nullptr ? 0.0 : now - confirming_since_;
  return *budget.seconds - (now - confirming_seconds_ - confirming);
}

}  // namespace quarry::server
