// Tested by tests/server/task_queue_test.cpp, also under ThreadSanitizer.
#include "server/studies/task_queue.hpp"

#include <cassert>

namespace quarry::server {
namespace {

using evaluators::Concurrency;
using evaluators::Evaluation;
using evaluators::Task;

bool is_exclusive(const Task& task) {
  const evaluators::EvaluatorEntry* entry = evaluators::find_evaluator(task.evaluator);
  return entry != nullptr && entry->concurrency == Concurrency::kExclusive;
}

}  // namespace

void TaskQueue::open(const std::string& study, Sink sink) {
  const std::scoped_lock lock(mutex_);
  assert(!sinks_.contains(study));
  sinks_[study] = std::move(sink);
}

void TaskQueue::close(const std::string& study) {
  drop_queued(study);
  std::unique_lock lock(mutex_);
  sinks_.erase(study);
  changed_.wait(lock, [&] { return !delivering_.contains(study); });
}

void TaskQueue::push(Task task) {
  {
    const std::scoped_lock lock(mutex_);
    assert(sinks_.contains(task.study));
    task.id = next_id_++;
    (is_exclusive(task) ? exclusive_ : shared_).push_back(std::move(task));
  }
  changed_.notify_all();
}

std::set<std::size_t> TaskQueue::drop_queued(const std::string& study) {
  std::set<std::size_t> trials;
  const std::scoped_lock lock(mutex_);
  for (std::deque<Task>* queue : {&shared_, &exclusive_}) {
    std::erase_if(*queue, [&](const Task& task) {
      if (task.study == study) trials.insert(task.trial);
      return task.study == study;
    });
  }
  return trials;
}

std::optional<Task> TaskQueue::take_from(bool exclusive) {
  std::deque<Task>& queue = exclusive ? exclusive_ : shared_;
  Task task = std::move(queue.front());
  queue.pop_front();
  ++running_;
  ++started_in_turn_;
  exclusive_running_ = exclusive;
  return task;
}

std::optional<Task> TaskQueue::take_runnable() {
  if (exclusive_running_ || (shared_.empty() && exclusive_.empty())) return std::nullopt;
  const bool mine_is_empty = exclusive_turn_ ? exclusive_.empty() : shared_.empty();
  const bool other_waits = exclusive_turn_ ? !shared_.empty() : !exclusive_.empty();
  if (other_waits && (mine_is_empty || started_in_turn_ >= turn_)) {
    exclusive_turn_ = !exclusive_turn_;
    started_in_turn_ = 0;
  }
  if (!exclusive_turn_) return take_from(false);
  if (running_ > 0)
    return std::nullopt;  // the machine must be empty first; nothing else starts meanwhile
  return take_from(true);
}

std::optional<Task> TaskQueue::claim(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  std::optional<Task> task;
  changed_.wait(lock, stop, [&] { return (task = take_runnable()).has_value(); });
  return task;
}

void TaskQueue::complete(const Task& task, Evaluation evaluation) {
  Sink sink;
  {
    const std::scoped_lock lock(mutex_);
    --running_;
    exclusive_running_ = false;
    if (const auto found = sinks_.find(task.study); found != sinks_.end()) {
      sink = found->second;
      ++delivering_[task.study];
    }
  }
  changed_.notify_all();
  if (!sink) return;
  sink(task, std::move(evaluation));
  {
    const std::scoped_lock lock(mutex_);
    if (--delivering_[task.study] == 0) delivering_.erase(task.study);
  }
  changed_.notify_all();
}

}  // namespace quarry::server
