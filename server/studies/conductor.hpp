// Conducts one study: asks its algorithm, has the proposals measured, stores what comes back, tells
// the algorithm. The study is its log; a conductor that starts anew replays the log through the
// same algorithm and goes on exactly where the log ends.
#pragma once

#include <condition_variable>
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
#include "server/studies/front_tracker.hpp"
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
  evaluators::Resources resources = {};  // that evaluators work from
  const OperatorKnowledge* operators = nullptr;  // null: none is kept
};

class Conductor {
 public:
  // The record as the store has it.
  Conductor(StudyContext context, StudyRecord record);
  ~Conductor();

  // Until the study has ended or a stop is requested; after a stop the study stays running in the
  // store and another conductor can go on. An error of the outside world or of the log ends the
  // study as failed, with the reason.
  void run(std::stop_token stop);

  // The user wants no more trials: the search ends, what is under way is cancelled. Thread-safe.
  void end_search();

 private:
  struct Completion {
    evaluators::Task task;
    evaluators::Evaluation evaluation;
  };
  void prepare();
  void replay();
  void apply(const EventRecord& event);
  void conduct(std::stop_token stop);

  void top_up();
  void create_trial(search::Proposal proposal);
  void measure_or_reuse(StudyTrial& trial, Commit& change);
  void take_up(StudyTrial& trial);
  void queue_missing(const StudyTrial& trial);
  void queue_task(const StudyTrial& trial, const TaskPlan& task);
  MeasurementKey question(const StudyTrial& trial, const TaskPlan& task,
                          const std::string& metric) const;
  void receive(Completion completion);
  void finish_if_complete(StudyTrial& trial, Commit& change);
  void finish(StudyTrial& trial, TrialState state, Commit& change);
  void tell(const StudyTrial& trial);
  void close_search(const std::string& reason);
  void start_tests();
  void enter(const std::string& state, const std::string& reason);

  Commit new_commit();
  void add_event(Commit& change, const std::string& type, const std::string& data);
  void add_trial_row(Commit& change, const StudyTrial& trial);
  void commit(Commit& change);
  double elapsed() const;
  std::optional<double> seconds_left() const;

  StudyContext context_;
  StudyRecord record_;
  StudySpec spec_;
  std::unique_ptr<StudyPlan> plan_;
  std::unique_ptr<search::SearchAlgorithm> algorithm_;
  std::unique_ptr<FrontTracker> tracker_;
  std::vector<StudyTrial> trials_;
  std::set<std::size_t> front_;
  std::set<std::size_t> outstanding_;
  std::set<std::size_t> untested_;
  bool search_closed_ = false;
  double started_at_ = 0.0;      // steady seconds
  double elapsed_before_ = 0.0;  // of earlier lives

  std::mutex mutex_;
  std::condition_variable_any arrived_;
  std::vector<Completion> inbox_;
  bool end_requested_ = false;
};

}  // namespace quarry::server
