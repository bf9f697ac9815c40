// Conducts one study: asks its algorithm, has the proposals measured, stores what comes back, tells
// the algorithm. The study is its log; a conductor that starts anew replays the log through the
// same algorithm and goes on exactly where the log ends.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "evaluators/evaluator.hpp"
#include "server/events/event_hub.hpp"
#include "server/storage/store.hpp"
#include "server/studies/clock.hpp"
#include "server/studies/confirmation.hpp"
#include "server/studies/front_tracker.hpp"
#include "server/studies/study_log.hpp"
#include "server/studies/study_plan.hpp"
#include "server/studies/task_queue.hpp"
#include "server/studies/trial_log.hpp"

namespace quarry::server {

struct StudyContext {
  Store& store;
  EventHub& hub;
  TaskQueue& queue;
  const evaluators::SupernetLibrary& supernets;
  evaluators::NetworkPool& pool;
  Clock clock;
  evaluators::Resources resources = {};          // that evaluators work from
  const OperatorKnowledge* operators = nullptr;  // null: none is kept
};

class Conductor {
 public:
  // The record as the store has it.
  Conductor(StudyContext context, StudyRecord record);
  ~Conductor();

  // Until the study has ended or is paused, or a stop is requested; after a stop the study stays
  // running in the store and another conductor can go on. An error of the outside world or of the
  // log ends the study as failed, with the reason; one of the store interrupts it: nothing can be
  // written then, the study stays as the log has it.
  void run(std::stop_token stop);
  // Why it was interrupted, once run() has returned; empty when it was not.
  const std::string& interruption() const { return interruption_; }

  // Where the user's wishes are written while this lives; wake() has them heard. Thread-safe.
  StudyLog& log() { return log_; }
  void wake();

 private:
  struct Completion {
    evaluators::Task task;
    evaluators::Evaluation evaluation;
  };
  // What is stored at once, and what follows when it is.
  struct Batch {
    Commit change;
    double begun_at = 0.0;                // steady seconds
    std::vector<std::size_t> created;     // trials whose tasks are to be queued
    std::vector<std::size_t> finished;    // trials to be told, in the order of their ends
    std::vector<evaluators::Task> again;  // tasks to be tried again
  };

  // conductor_replay.cpp
  void prepare();
  void replay();
  void apply(const EventRecord& event);
  void apply_trial(const EventRecord& event);

  // conductor.cpp
  void conduct(std::stop_token stop);
  void fail(const std::string& reason);
  bool has_come_to_rest();
  void hear();
  void park();
  void unpark();
  void search_on();
  void wait_and_receive(std::stop_token stop);
  Batch begin_batch() const;
  bool is_full(const Batch& batch) const;
  void store(Batch batch);
  void close_search(const std::string& reason);
  void start_tests();
  bool enter(const std::string& state, const std::string& reason);
  std::optional<double> seconds_left() const;

  // conductor_trials.cpp and conductor_tasks.cpp
  void top_up();
  void create_enqueued(Batch& batch);
  void create_trial(search::Proposal proposal, const search::Genome& genome, Batch& batch);
  void measure_or_reuse(StudyTrial& trial, Commit& change);
  void add_reused(StudyTrial& trial, const TaskPlan& task,
                  const std::map<std::string, search::Measurement>& known, Commit& change);
  void take_up(StudyTrial& trial);
  void take_up_twins(const StudyTrial& finished);
  void queue_missing(const StudyTrial& trial);
  void queue_task(const StudyTrial& trial, const TaskPlan& task, const std::string& name);
  MeasurementKey question(const StudyTrial& trial, const TaskPlan& task,
                          const std::string& metric) const;
  void receive(Completion completion, Batch& batch);
  void receive_test(StudyTrial& trial, const evaluators::Evaluation& evaluation, Batch& batch);

  // conductor_confirm.cpp
  void begin_confirmation(const EventRecord& event);
  bool has_confirmed();
  void receive_repeat(StudyTrial& trial, const Completion& completion, Batch& batch);
  void apply_repeat(const EventRecord& event);
  void close_confirmation(const std::string& reason);
  void take_confirmed(nlohmann::json& event);
  const TaskPlan& plan_of(const evaluators::Task& task) const;
  void record_measured(StudyTrial& trial, const Completion& completion, Commit& change);
  bool retry(const StudyTrial& trial, const Completion& completion, Batch& batch);
  void withdraw_tasks(const StudyTrial& trial);
  void finish_if_complete(StudyTrial& trial, Commit& change);
  void finish(StudyTrial& trial, TrialState state, Commit& change);
  void tell(const StudyTrial& trial);
  std::string text_of(const StudyTrial& trial, const std::string& more = "");
  void add_trial_row(Commit& change, const StudyTrial& trial);

  StudyContext context_;
  StudyLog log_;
  const std::string id_;
  std::string state_;  // as far as it was heard
  std::string then_;   // the end that a stopping study comes to
  std::string end_reason_;
  std::string interruption_;
  StudySpec spec_;
  std::unique_ptr<StudyPlan> plan_;
  std::unique_ptr<search::SearchAlgorithm> algorithm_;
  std::unique_ptr<FrontTracker> tracker_;
  std::vector<StudyTrial> trials_;
  std::multimap<search::Genome, std::size_t> by_genome_;
  std::map<std::size_t, std::string> shapes_;  // trial_shape() of open trials
  std::deque<search::Genome> enqueued_;
  std::set<std::size_t> front_;
  std::set<std::size_t> outstanding_;
  std::set<std::size_t> untested_;
  std::set<std::string> in_flight_;              // ids of tasks that are queued or running
  std::map<std::string, std::int64_t> retries_;  // by the task's id
  struct Machine {
    std::string id;           // as its worker named it
    std::string fingerprint;  // of what it measured
  };
  std::map<std::string, Machine> machines_;  // that tagged tasks are measured on, by plan
  bool parked_ = false;                      // nothing is queued while the study is pausing
  bool more_to_create_ = false;              // a full batch had to be stored first
  bool search_closed_ = false;
  std::int64_t extensions_ = 0;                 // heard so far
  std::unique_ptr<Confirmation> confirmation_;  // while one is under way
  double confirming_since_ = 0.0;               // the study's seconds when it began
  double confirming_seconds_ = 0.0;             // of earlier ones: no budget of the search's
  std::int64_t replayed_to_ = 0;  // sequence number of the last event that was applied

  std::mutex mutex_;
  std::condition_variable_any arrived_;
  std::vector<Completion> inbox_;
  bool woken_ = false;
};

}  // namespace quarry::server
