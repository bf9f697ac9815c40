// The times of operators on the disk, beside the studies: rows and whole networks as they were
// learned, and the latency models that studies began with, which never change.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "evaluators/operator_times.hpp"
#include "server/storage/store_error.hpp"

namespace quarry::server {

struct Database;

// Thread-safe. Every call may throw StoreError when the disk fails.
class OperatorTimeStore {
 public:
  explicit OperatorTimeStore(std::shared_ptr<Database> database) : database_(std::move(database)) {}

  // By fingerprint, as it was saved last.
  std::map<std::string, evaluators::OperatorTable> load();

  // Durable when it returns, whole or not at all. Networks beyond the latest kNetworks of a
  // fingerprint are forgotten.
  void save(const evaluators::OperatorTimes::Change& change);

  // A model under the name that its text has; saving it again changes nothing.
  void save_model(const std::string& id, const std::string& model);
  std::optional<std::string> model(const std::string& id);

 private:
  std::shared_ptr<Database> database_;
};

}  // namespace quarry::server
