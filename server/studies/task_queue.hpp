// The tasks of all studies, for the workers of this process. A task that times something runs
// alone: nothing starts beside it, and it waits for what is running to end. Tasks of one kind run
// on until none is left or the other kind has waited for a whole turn, so that the machine is not
// emptied for every single one.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "evaluators/task_source.hpp"

namespace quarry::server {

class TaskQueue final : public evaluators::TaskSource {
 public:
  // Receives a study's completions, on the thread of the worker that completed; must return at
  // once.
  using Sink = std::function<void(const evaluators::Task&, evaluators::Evaluation)>;

  // turn: how many tasks of one kind may start while the other kind waits.
  explicit TaskQueue(std::size_t turn = 32) : turn_(turn) {}

  // One sink per study at a time. After close() returns the sink is not called again; its queued
  // tasks are dropped, running ones end unheard.
  void open(const std::string& study, Sink sink);
  void close(const std::string& study);

  // Queues a task of an open study; its id is given here.
  void push(evaluators::Task task);

  // Drops the study's queued tasks; gives the trials that lost one, ascending.
  std::set<std::size_t> drop_queued(const std::string& study);

  std::optional<evaluators::Task> claim(std::stop_token stop) override;
  void complete(const evaluators::Task& task, evaluators::Evaluation evaluation) override;

 private:
  std::optional<evaluators::Task> take_runnable();
  std::optional<evaluators::Task> take_from(bool exclusive);

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::size_t turn_;
  std::uint64_t next_id_ = 1;
  std::deque<evaluators::Task> shared_;
  std::deque<evaluators::Task> exclusive_;
  std::size_t running_ = 0;
  bool exclusive_running_ = false;
  bool exclusive_turn_ = false;  // which kind's turn it is
  std::size_t started_in_turn_ = 0;
  std::map<std::string, Sink> sinks_;
  std::map<std::string, std::size_t> delivering_;  // sinks being called right now, by study
};

}  // namespace quarry::server
