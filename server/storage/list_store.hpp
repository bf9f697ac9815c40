// Lists that may be long, page by page out of the database: trials, measurements, imported rows;
// and the machines that measured.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/storage/import_store.hpp"
#include "server/storage/list_query.hpp"
#include "server/storage/store.hpp"

namespace quarry::server {

// A row and where it stands: its fields of the query's order.
template <typename Row>
struct Listed {
  Row row;
  std::vector<ListValue> place;
};

// Fields: number, state, on_front, is_baseline, and the names of metrics.
struct TrialListQuery {
  std::string study;
  ListQuery list;
  bool front_only = false;
  std::optional<std::vector<std::int64_t>> numbers = {};  // only these
  std::map<std::size_t, std::string> live = {};           // states in place of "queued", by number
};

// Fields: as the members are named; id is the key, and grows.
struct StoredMeasurement {
  std::int64_t id = 0;
  std::string supernet;
  std::string supernet_version;
  std::string genome;  // canonical, as text
  std::string metric;
  std::string evaluator;
  std::string options;  // of the evaluator, a JSON object
  std::string fingerprint;
  double value = 0.0;
  double spread = 0.0;
  std::int64_t samples = 0;
  search::Source source = search::Source::kMeasured;
  std::string study;
  std::int64_t trial = 0;
  std::string detail;         // a JSON object
  std::string sample_values;  // a JSON array
};

struct KnownMachine {
  std::string fingerprint;
  std::string text;
  std::int64_t measurements = 0;
  std::map<std::string, std::int64_t> by_metric;
};

// Thread-safe. Every call may throw StoreError when the disk fails.
class ListStore {
 public:
  explicit ListStore(std::shared_ptr<Database> database) : database_(std::move(database)) {}

  std::vector<Listed<TrialRecord>> trials(const TrialListQuery& query);

  std::vector<Listed<StoredMeasurement>> measurements(const ListQuery& query);
  std::optional<StoredMeasurement> measurement(std::int64_t id);

  // Of one import. Fields: line, and the names of metrics.
  std::vector<Listed<ImportedRow>> imported_rows(const std::string& import,
                                                 const std::vector<std::string>& metrics,
                                                 const ListQuery& query);

  // All whose fingerprint is on a measurement or was told, by id.
  std::vector<KnownMachine> machines();

 private:
  std::shared_ptr<Database> database_;
};

}  // namespace quarry::server
