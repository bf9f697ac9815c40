// Tested by tests/server/task_queue_test.cpp, also under ThreadSanitizer.
#include "server/studies/task_queue.hpp"

#include <algorithm>
#include <cassert>

namespace quarry::server {
namespace {

using evaluators::Concurrency;
using evaluators::Evaluation;
using evaluators::Task;

bool includes(const std::vector<std::string>& all, const std::vector<std::string>& some) {
  return std::ranges::all_of(
      some, [&](const std::string& one) { return std::ranges::find(all, one) != all.end(); });
}

// Tagged tasks of our evaluators: all of one study are measured on one machine.
bool needs_one_machine(const Task& task) {
  return !task.tags.empty() && task.evaluator != evaluators::kExternal;
}

}  // namespace

void TaskQueue::set_keeper(TaskKeeper* keeper, std::string machine) {
  keeper_ = keeper;
  machine_ = std::move(machine);
}

TaskQueue::Kind TaskQueue::kind_of(const Task& task) {
  if (task.evaluator == evaluators::kExternal || !task.tags.empty() || !task.machine.empty())
    return kElsewhere;
  const evaluators::EvaluatorEntry* entry = evaluators::find_evaluator(task.evaluator);
  const bool alone = entry != nullptr && entry->concurrency == Concurrency::kExclusive;
  return alone ? kExclusive : kShared;
}

void TaskQueue::open(const std::string& study, Sink sink, std::int64_t priority) {
  const std::scoped_lock lock(mutex_);
  assert(!lanes_.contains(study));
  Lane& lane = lanes_[study];
  lane.sink = std::move(sink);
  lane.priority = static_cast<double>(priority);
  lane.pass = pass_;
}

void TaskQueue::close(const std::string& study) {
  std::unique_lock lock(mutex_);
  lanes_.erase(study);
  changed_.wait(lock, [&] { return !delivering_.contains(study); });
}

bool TaskQueue::is_open(const std::string& study) const {
  const std::scoped_lock lock(mutex_);
  return lanes_.contains(study);
}

void TaskQueue::set_priority(const std::string& study, std::int64_t priority) {
  const std::scoped_lock lock(mutex_);
  const auto lane = lanes_.find(study);
  if (lane != lanes_.end()) lane->second.priority = static_cast<double>(priority);
}

void TaskQueue::push(Task task) {
  if (keeper_ != nullptr && keeper_->keeps(task)) return;
  {
    const std::scoped_lock lock(mutex_);
    assert(lanes_.contains(task.study));
    if (task.id.empty()) task.id = "task " + std::to_string(next_id_++);
    Lane& lane = lanes_[task.study];
    const bool idle =
        std::ranges::all_of(lane.queued, [](const auto& queue) { return queue.empty(); });
    // Turns that it let pass while it had nothing to do are gone.
    if (idle) lane.pass = std::max(lane.pass, pass_);
    const Kind kind = kind_of(task);
    lane.queued[kind].push_back(std::move(task));
  }
  changed_.notify_all();
  if (keeper_ != nullptr) keeper_->pushed();
}

std::vector<std::string> TaskQueue::drop_queued(const std::string& study) {
  std::vector<std::string> dropped;
  const std::scoped_lock lock(mutex_);
  const auto lane = lanes_.find(study);
  if (lane == lanes_.end()) return dropped;
  for (std::deque<Task>& queue : lane->second.queued) {
    for (const Task& task : queue) dropped.push_back(task.id);
    queue.clear();
  }
  return dropped;
}

TaskQueue::Withdrawal TaskQueue::withdraw(const std::string& study, const std::string& task,
                                          const std::string& machine) {
  const std::scoped_lock lock(mutex_);
  const auto lane = lanes_.find(study);
  if (lane == lanes_.end()) return {};
  for (std::deque<Task>& queue : lane->second.queued) {
    const auto found = std::ranges::find(queue, task, &Task::id);
    if (found == queue.end()) continue;
    if (!machine.empty() && needs_one_machine(*found)) {
      const auto pin = lane->second.pins.find(found->plan);
      const std::string only = !found->machine.empty()          ? found->machine
                               : pin != lane->second.pins.end() ? pin->second.machine
                                                                : machine;
      if (only != machine) return {.task = std::nullopt, .other_machine = true};
      found->machine = machine;
      lane->second.pins[found->plan] = {machine, 0, true};
    }
    Withdrawal withdrawal{.task = std::move(*found)};
    queue.erase(found);
    return withdrawal;
  }
  return {};
}

// ----------------------------------------------------------------------------------------------------------------
// workers of this process

bool TaskQueue::is_queued(Kind kind) const {
  return std::ranges::any_of(lanes_,
                             [&](const auto& lane) { return !lane.second.queued[kind].empty(); });
}

// Precondition: is_queued(kind).
TaskQueue::Lane& TaskQueue::next_lane(Kind kind) {
  Lane* next = nullptr;
  for (auto& [study, lane] : lanes_) {
    if (lane.queued[kind].empty()) continue;
    if (next == nullptr || lane.pass < next->pass) next = &lane;
  }
  return *next;
}

void TaskQueue::start(Lane& lane) {
  pass_ = lane.pass;
  lane.pass += 1.0 / lane.priority;
}

std::optional<Task> TaskQueue::take_from(Kind kind) {
  Lane& lane = next_lane(kind);
  Task task = std::move(lane.queued[kind].front());
  lane.queued[kind].pop_front();
  start(lane);
  running_.push_back(task);
  ++started_in_turn_;
  exclusive_running_ = kind == kExclusive;
  return task;
}

std::optional<Task> TaskQueue::take_runnable() {
  const bool shared = is_queued(kShared);
  const bool exclusive = is_queued(kExclusive);
  if (exclusive_running_ || (!shared && !exclusive)) return std::nullopt;
  const bool mine_waits = exclusive_turn_ ? exclusive : shared;
  const bool other_waits = exclusive_turn_ ? shared : exclusive;
  if (other_waits && (!mine_waits || started_in_turn_ >= turn_)) {
    exclusive_turn_ = !exclusive_turn_;
    started_in_turn_ = 0;
  }
  if (!exclusive_turn_) return take_from(kShared);
  if (!running_.empty())
    return std::nullopt;  // the machine must be empty first; nothing else starts meanwhile
  return take_from(kExclusive);
}

std::optional<Task> TaskQueue::claim(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  std::optional<Task> task;
  changed_.wait(lock, stop, [&] { return (task = take_runnable()).has_value(); });
  return task;
}

void TaskQueue::complete(const Task& task, Evaluation evaluation) {
  std::unique_lock lock(mutex_);
  const auto mine = std::ranges::find(running_, task.id, &Task::id);
  if (mine != running_.end()) running_.erase(mine);
  exclusive_running_ = false;
  call_sink(task, std::move(evaluation), lock);
}

std::vector<Task> TaskQueue::running() const {
  const std::scoped_lock lock(mutex_);
  return running_;
}

// Releases the lock.
void TaskQueue::call_sink(const Task& task, Evaluation evaluation,
                          std::unique_lock<std::mutex>& lock) {
  Sink sink;
  if (const auto lane = lanes_.find(task.study); lane != lanes_.end()) {
    sink = lane->second.sink;
    ++delivering_[task.study];
  }
  lock.unlock();
  changed_.notify_all();
  if (!sink) return;
  sink(task, std::move(evaluation));
  lock.lock();
  if (--delivering_[task.study] == 0) delivering_.erase(task.study);
  lock.unlock();
  changed_.notify_all();
}

// ----------------------------------------------------------------------------------------------------------------
// workers elsewhere

bool TaskQueue::matches(const Lane& lane, const Task& task, const Offer& offer) const {
  if (task.here_only || (!offer.study.empty() && offer.study != task.study)) return false;
  if (std::ranges::find(offer.evaluators, task.evaluator) == offer.evaluators.end()) return false;
  if (!offer.any_tags && !includes(offer.tags, task.tags)) return false;
  if (!offer.metrics.empty() && !includes(offer.metrics, task.metrics)) return false;
  if (!task.machine.empty()) return offer.machine == task.machine;
  if (task.evaluator == evaluators::kExternal) return true;
  if (task.tags.empty()) return !machine_.empty() && offer.machine == machine_;
  const auto pin = lane.pins.find(task.plan);
  return !offer.machine.empty() && (pin == lane.pins.end() || pin->second.machine == offer.machine);
}

void TaskQueue::hold(Lane& lane, const Task& task) {
  if (!needs_one_machine(task)) return;
  Pin& pin = lane.pins[task.plan];
  pin.machine = task.machine;
  ++pin.held;
}

std::optional<Task> TaskQueue::take(const Offer& offer) {
  const std::scoped_lock lock(mutex_);
  Lane* best = nullptr;
  std::deque<Task>* queue = nullptr;
  std::deque<Task>::iterator place;
  for (auto& [study, lane] : lanes_) {
    if (best != nullptr && lane.pass >= best->pass) continue;
    for (std::deque<Task>& candidates : lane.queued) {
      const auto found = std::ranges::find_if(
          candidates,
          [&lane = lane, &offer, this](const Task& task) { return matches(lane, task, offer); });
      if (found == candidates.end()) continue;
      best = &lane;
      queue = &candidates;
      place = found;
      break;
    }
  }
  if (best == nullptr) return std::nullopt;
  Task task = std::move(*place);
  queue->erase(place);
  start(*best);
  if (needs_one_machine(task)) task.machine = offer.machine;
  hold(*best, task);
  return task;
}

void TaskQueue::retake(const Task& task) {
  const std::scoped_lock lock(mutex_);
  if (const auto lane = lanes_.find(task.study); lane != lanes_.end()) hold(lane->second, task);
}

void TaskQueue::deliver(const Task& task, Evaluation evaluation) {
  std::unique_lock lock(mutex_);
  const auto lane = lanes_.find(task.study);
  if (lane != lanes_.end() && needs_one_machine(task)) {
    if (const auto pin = lane->second.pins.find(task.plan); pin != lane->second.pins.end()) {
      if (pin->second.held > 0) --pin->second.held;
      pin->second.for_good = pin->second.for_good || evaluation.failure.empty();
      if (pin->second.held == 0 && !pin->second.for_good) lane->second.pins.erase(pin);
    }
  }
  call_sink(task, std::move(evaluation), lock);
}

}  // namespace quarry::server
