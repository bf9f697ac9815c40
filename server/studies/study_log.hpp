// The one writer of a study: its row and its events. A conductor writes what comes of the search;
// whoever acts for the user (pause, extend, ...) writes beside it, and the conductor hears of that
// by reading what was written, live as in a replay.
#pragma once

#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "search/core/genome.hpp"
#include "server/events/event_hub.hpp"
#include "server/storage/store.hpp"
#include "server/studies/clock.hpp"

namespace quarry::server {

struct Budget {
  std::int64_t trials = 0;
  std::optional<double> seconds;
  bool operator==(const Budget&) const = default;
};
// What is in effect: the spec's, with all extensions.
Budget budget_of(const StudyRecord& record);
nlohmann::json to_json(const Budget& budget);

// Thread-safe. Every call may throw StoreError; nothing has changed then.
class StudyLog {
 public:
  StudyLog(Store& store, EventHub& hub, Clock clock, StudyRecord record);

  StudyRecord record() const;
  Budget budget() const;

  // The conductor's side ------------------------------------------------------------------------

  // The study's time runs from now on, as long as this lives.
  void start_stopwatch();
  void stop_stopwatch();
  double elapsed() const;

  // A change to be filled and committed. State, reason and budget of its row are ignored: those
  // change by the calls below.
  Commit begin() const;
  void add(Commit& change, const std::string& type, const std::string& data) const;
  void commit(Commit& change);

  // Enters a state if the study is in one of `from`, and if the conductor has heard everything.
  bool enter(const std::vector<std::string>& from, const std::string& to,
             const std::string& reason);

  // What others have appended since it was last asked, in order.
  std::vector<EventRecord> hear();

  // The user's side -----------------------------------------------------------------------------

  // Enters a state if the study is in one of `from`. `then`: which end a stopping study comes to.
  bool direct(const std::vector<std::string>& from, const std::string& to,
              const std::string& reason, const std::string& then = "");
  // More trials and seconds (which a study without a time budget has no use for). A completed study
  // is queued again and needs a new conductor.
  enum class Extension { kRefused, kHeard, kReopened };
  Extension extend(const Budget& more);
  // Members of the front that are to be measured again; the number of the confirmation is one more
  // than `before`. The study is queued again and needs a new conductor.
  bool confirm(nlohmann::json request, std::int64_t before);
  // A network of the study's subspace, to be the next trial.
  bool enqueue(const search::Genome& genome);

 private:
  bool is_in(const std::vector<std::string>& states) const;
  void store(Commit& change, bool from_outside);
  double elapsed_now() const;
  Commit changed_row() const;
  void add_state(Commit& change, const std::string& to, const std::string& reason,
                 const std::string& then) const;

  Store& store_;
  EventHub& hub_;
  Clock clock_;
  mutable std::mutex mutex_;
  StudyRecord record_;
  Budget budget_;
  std::optional<double> started_at_;  // steady seconds
  double elapsed_before_ = 0.0;
  std::vector<EventRecord> unheard_;
};

}  // namespace quarry::server
