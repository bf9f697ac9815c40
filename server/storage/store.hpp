// What Quarry remembers. A study is its log of events; trials and measurements beside it are
// projections for queries, written in the same transaction, so that they can never disagree.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "search/core/measurement.hpp"
#include "server/storage/store_error.hpp"

namespace quarry::server {

struct StudyRecord {
  std::string id;
  std::string name;
  std::string spec;              // JSON, defaults filled in
  std::string state;             // one of study_states()
  std::string reason;            // why it is in this state; may be empty
  std::string created_at;        // RFC 3339, UTC
  double elapsed_seconds = 0.0;  // of running, over all restarts
  std::int64_t trials = 0;       // finished, whatever came of them
  std::optional<double> hypervolume;
  std::string budget;             // JSON, once it was extended; empty: as in the spec
  std::vector<std::string> tags;  // these three are the user's; a commit sets them only when it
  std::string notes;              // creates the study, set_labels at any time
  std::int64_t priority = 1;      // its share of the workers' turns
  bool operator==(const StudyRecord&) const = default;
};

// What a user may change about a study at any time, because no result depends on it.
struct StudyLabels {
  std::string name;
  std::vector<std::string> tags;
  std::string notes;
  std::int64_t priority = 1;
};

struct EventRecord {
  std::int64_t sequence = 0;  // 1, 2, 3, ... within the study; given by the store
  std::string type;           // "trial.finished", ...
  std::string at;             // RFC 3339, UTC
  std::string data;           // a JSON object
  bool operator==(const EventRecord&) const = default;
};

struct TrialRecord {
  std::int64_t number = 0;
  std::string state;
  bool on_front = false;
  bool is_baseline = false;
  std::string data;  // a JSON object, as the API shows it
  bool operator==(const TrialRecord&) const = default;
};

// What makes two measurements the same question: the answer to one then answers the other.
struct MeasurementKey {
  std::string supernet;  // name and version
  std::string genome;    // canonical, as text
  std::string metric;
  std::string evaluator;    // name and options
  std::string fingerprint;  // id; empty where the machine does not matter
  bool operator==(const MeasurementKey&) const = default;
};

struct MeasurementRecord {
  MeasurementKey key;
  search::Measurement measurement;
  std::int64_t trial = 0;
};

// One change of one study: everything in it is stored, or nothing.
struct Commit {
  StudyRecord study;                // the study's row after the change; its first commit creates it
  std::vector<EventRecord> events;  // their sequence numbers are ignored and given
  std::vector<TrialRecord> trials;  // created or replaced, by number
  std::vector<std::int64_t> left_front;  // numbers of trials that are no longer on the front
  std::vector<MeasurementRecord> measurements;
  std::vector<std::pair<std::string, std::string>> fingerprints;  // id, text
};

struct TrialQuery {
  std::int64_t after = -1;  // numbers above this
  std::size_t limit = 50;
  bool front_only = false;
  bool baselines_only = false;
};

// Thread-safe. Every call may throw StoreError when the disk fails.
class Store {
 public:
  virtual ~Store() = default;

  // Durable when it returns: what was committed survives kill -9 and power loss. Gives the sequence
  // number of the last event.
  virtual std::int64_t commit(const Commit& change) = 0;

  // All, newest first.
  virtual std::vector<StudyRecord> studies() = 0;
  virtual std::optional<StudyRecord> study(const std::string& id) = 0;
  virtual void set_labels(const std::string& study, const StudyLabels& labels) = 0;
  // Forgets the study, its log and its trials. What it measured answers later studies still.
  virtual void remove(const std::string& study) = 0;
  // Those after a sequence number, in order.
  virtual std::vector<EventRecord> events(const std::string& study, std::int64_t after,
                                          std::size_t limit) = 0;
  // Its events of type study.state, in order.
  virtual std::vector<EventRecord> state_history(const std::string& study) = 0;
  // By number.
  virtual std::vector<TrialRecord> trials(const std::string& study, const TrialQuery& query) = 0;
  // The latest measurement of any study that answers the question, if there is one.
  virtual std::optional<search::Measurement> find_measurement(const MeasurementKey& key) = 0;
  // Text of a machine's fingerprint; empty when it is not known.
  virtual std::string fingerprint(const std::string& id) = 0;
};

struct Database;
std::unique_ptr<Store> open_sqlite_store(std::shared_ptr<Database> database);
// The same over a database of its own; throws what open_database(folder) does.
std::unique_ptr<Store> open_sqlite_store(const std::string& folder);

}  // namespace quarry::server
