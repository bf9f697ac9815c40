// The tasks of all studies, for the workers of this process and, through the task desk, for those
// of others. Studies take turns: one of priority 3 gets three tasks while one of priority 1 gets
// one. In this process a task that times something runs alone: nothing starts beside it, and it
// waits for what is running to end. Tasks of one kind run on until none is left or the other kind
// has waited for a whole turn, so that the machine is not emptied for every single one.
#pragma once

#include <array>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "evaluators/task_source.hpp"

namespace quarry::server {

// What a worker of another process can do.
struct Offer {
  std::string study;                    // only tasks of this study; empty: of any
  std::vector<std::string> evaluators;  // that it runs
  std::vector<std::string> metrics;     // that it can bring; empty: all
  std::vector<std::string> tags;        // that it has
  bool any_tags = false;                // it takes tasks whatever their tags
  std::string machine;                  // fingerprint id of its machine with one thread
};

// Knows the tasks that workers of other processes hold. Called without the queue's lock.
class TaskKeeper {
 public:
  virtual ~TaskKeeper() = default;
  // Before a task is queued: true when somebody holds it already, or when its result is there.
  virtual bool keeps(const evaluators::Task& task) = 0;
  // There may be something new to claim.
  virtual void pushed() = 0;
};

class TaskQueue final : public evaluators::TaskSource {
 public:
  // Receives a study's completions, on the thread of the worker that completed; must return at
  // once.
  using Sink = std::function<void(const evaluators::Task&, evaluators::Evaluation)>;

  // turn: how many tasks of one kind may start while the other kind waits.
  explicit TaskQueue(std::size_t turn = 32) : turn_(turn) {}

  // Before anything else happens; the keeper outlives all calls. machine: fingerprint id of this
  // machine, so that another process on an equal one may help.
  void set_keeper(TaskKeeper* keeper, std::string machine);

  // One sink per study at a time. After close() returns the sink is not called again; its queued
  // tasks are dropped, running ones end unheard.
  void open(const std::string& study, Sink sink, std::int64_t priority = 1);
  void close(const std::string& study);
  bool is_open(const std::string& study) const;
  // From the study's next turn on; nothing happens when it is not open.
  void set_priority(const std::string& study, std::int64_t priority);

  // Queues a task of an open study; one without an id is given one.
  void push(evaluators::Task task);

  // Drops the study's queued tasks; gives their ids, in the order in which they were queued within
  // each kind.
  std::vector<std::string> drop_queued(const std::string& study);
  // Takes a queued task away, for one who ran it on `machine` (empty: for nobody).
  struct Withdrawal {
    std::optional<evaluators::Task> task;  // nothing: it is not queued
    bool other_machine = false;            // the study is measured on another; it stays queued
  };
  Withdrawal withdraw(const std::string& study, const std::string& task,
                      const std::string& machine = "");

  // The workers of this process.
  std::optional<evaluators::Task> claim(std::stop_token stop) override;
  void complete(const evaluators::Task& task, evaluators::Evaluation evaluation) override;
  // What they are at.
  std::vector<evaluators::Task> running() const;

  // Workers elsewhere. A tagged task of one of our evaluators is given to one machine only, until
  // that machine has let go of all it holds without a result.
  std::optional<evaluators::Task> take(const Offer& offer);
  // A task that was taken before this process began.
  void retake(const evaluators::Task& task);
  // Ends a take: the result goes to the study's sink, if it listens.
  void deliver(const evaluators::Task& task, evaluators::Evaluation evaluation);

 private:
  enum Kind : std::size_t { kShared, kExclusive, kElsewhere };
  struct Pin {
    std::string machine;
    std::size_t held = 0;
    bool for_good = false;  // it has brought a result
  };
  struct Lane {
    Sink sink;
    double priority = 1.0;
    double pass = 0.0;  // grows with every task that is started; the lowest is next
    std::array<std::deque<evaluators::Task>, 3> queued;
    std::map<std::string, Pin> pins;  // by the task's plan
  };

  static Kind kind_of(const evaluators::Task& task);
  bool is_queued(Kind kind) const;
  Lane& next_lane(Kind kind);
  void start(Lane& lane);
  bool matches(const Lane& lane, const evaluators::Task& task, const Offer& offer) const;
  void hold(Lane& lane, const evaluators::Task& task);
  std::optional<evaluators::Task> take_runnable();
  std::optional<evaluators::Task> take_from(Kind kind);
  void call_sink(const evaluators::Task& task, evaluators::Evaluation evaluation,
                 std::unique_lock<std::mutex>& lock);

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  TaskKeeper* keeper_ = nullptr;
  std::string machine_;
  std::size_t turn_;
  std::uint64_t next_id_ = 1;
  std::map<std::string, Lane> lanes_;      // by study
  double pass_ = 0.0;                      // of the lane that was served last
  std::vector<evaluators::Task> running_;  // in this process
  bool exclusive_running_ = false;
  bool exclusive_turn_ = false;  // which kind's turn it is
  std::size_t started_in_turn_ = 0;
  std::map<std::string, std::size_t> delivering_;  // sinks being called right now, by study
};

}  // namespace quarry::server
