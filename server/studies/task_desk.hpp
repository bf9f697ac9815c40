// Hands tasks to workers of other processes, under leases. A worker that is not heard of in time
// loses its lease, on a timer, and the task is given to the next. Of all leases of a task only the
// latest may bring the result: it is stored before the worker is told so, and reaches the study
// once. What comes later than that is kept as an orphan and never reaches a study.
// While the store writes about a task the task is busy: whoever has to do with it waits, everybody
// else goes on, so that what comes at the same time shares one write to the disk.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "server/events/event_hub.hpp"
#include "server/storage/lease_store.hpp"
#include "server/storage/store.hpp"
#include "server/studies/clock.hpp"
#include "server/studies/task_queue.hpp"

namespace quarry::server {

struct Lease {
  std::int64_t token = 0;
  evaluators::Task task;  // of an earlier life: without evaluator and genome until it is queued
  std::string worker;
  std::string machine;
  double seconds = 0.0;
  double deadline = 0.0;  // steady seconds
  bool heard_of = false;  // since it was given
};

struct WorkerView {
  std::string name;
  Offer offer;
  double silent_seconds = 0.0;
  std::vector<Lease> leases;
};

// Thread-safe.
class TaskDesk final : public TaskKeeper {
 public:
  // Takes up the leases that were held when the last server ended, each with its whole time left.
  // Becomes the queue's keeper; machine: see TaskQueue::set_keeper.
  TaskDesk(TaskQueue& queue, Store& store, LeaseStore& leases, Clock clock,
           const std::string& machine = "");

  // A task that the worker can do, if there is one.
  std::optional<Lease> claim(const std::string& worker, const Offer& offer, double seconds);
  // Up to so many.
  std::vector<Lease> claim(const std::string& worker, const Offer& offer, double seconds,
                           std::size_t count);

  enum class Verdict {
    kAccepted,  // now, or when the very same was sent before
    kConflict,  // the lease has brought something else; `stored` is that
    kOrphan,    // too late: kept, not used
    kBusy,      // the study is just deciding what to do about the lease's end: send it again
    kUnknown    // there was never such a lease
  };
  struct Reply {
    Verdict verdict = Verdict::kAccepted;
    std::string why;
    std::string stored;         // JSON
    double seconds_left = 0.0;  // of a heartbeat
  };
  Reply heartbeat(const std::string& task, std::int64_t token);
  struct Result {
    std::string task;
    std::int64_t token = 0;
    evaluators::Evaluation evaluation;
    std::string outcome;  // what the worker sent, as JSON in one spelling: repetition can be told
  };
  // Each is judged for itself, in this order; what is accepted is stored at once.
  std::vector<Reply> complete(std::vector<Result> results);
  Reply complete(const std::string& task, std::int64_t token, evaluators::Evaluation evaluation,
                 const std::string& outcome);

  // Ends the leases whose time is over. Call it on a timer.
  void sweep();

  // "leased" or "measuring" for every open trial of the study that somebody is at.
  std::map<std::size_t, std::string> live_states(const std::string& study) const;
  std::vector<WorkerView> workers() const;
  std::vector<evaluators::Task> running_here() const { return queue_.running(); }

  // Wakes when there may be something to claim.
  std::shared_ptr<void> subscribe(std::function<void()> wake);

  bool keeps(const evaluators::Task& task) override;
  void pushed() override;

 private:
  struct Worker {
    Offer offer;
    double heard_at = 0.0;
  };
  // A result on its way into the store.
  struct Accepted {
    Result* result = nullptr;
    evaluators::Task task;  // no id: it waits in the store for a conductor
  };
  using Lock = std::unique_lock<std::mutex>;

  void hear(const std::string& worker);
  void wait_for(const std::set<std::string>& tasks, Lock& lock);
  void set_free(const std::vector<std::string>& tasks);
  Reply judge(Result& result, std::vector<Accepted>& accepted);
  void store(std::vector<Accepted>& accepted, Lock& lock);
  std::optional<std::string> closed(const LeaseRecord& lease) const;
  std::optional<Reply> settled(const LeaseRecord& lease, const std::string& outcome) const;
  Reply orphan(const LeaseRecord& lease, const std::string& outcome, const std::string& why);

  TaskQueue& queue_;
  Store& store_;
  LeaseStore& leases_;
  Clock clock_;
  EventHub wakes_;
  mutable std::mutex mutex_;
  std::condition_variable set_free_;
  std::set<std::string> busy_;  // ids of tasks that the store is writing about
  std::map<std::int64_t, Lease> held_;
  std::map<std::string, Worker> workers_;
};

// What a worker sent, in the one spelling that is stored.
std::string outcome_to_text(const evaluators::Evaluation& evaluation);
evaluators::Evaluation outcome_from_text(const std::string& text);

}  // namespace quarry::server
