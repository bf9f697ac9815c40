// Who was given which task, and what they sent back. A lease's token is its number: tokens only
// grow, so that of two leases of one task the later is told by its token. What a worker was told is
// accepted is here before it is told, and stays until the study is removed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/storage/store_error.hpp"

namespace quarry::server {

struct LeaseRecord {
  std::int64_t token = 0;  // given by the store
  std::string task;
  std::string study;
  std::int64_t trial = 0;
  std::string evaluator;
  std::vector<std::string> metrics;  // that the task has to bring
  std::string worker;
  std::string machine;         // fingerprint id; empty when the worker did not say
  double seconds = 0.0;        // without a sign of life until it expires
  std::string state = "held";  // held, expired, completed, failed, or orphan: came too late
  std::string outcome;         // JSON, once the worker has sent something
  bool operator==(const LeaseRecord&) const = default;
};

struct Database;

// Thread-safe. Every call may throw StoreError; changes are durable when it returns.
class LeaseStore {
 public:
  explicit LeaseStore(std::shared_ptr<Database> database) : database_(std::move(database)) {}

  // Gives the token. Of several, all are stored or none.
  std::int64_t add(const LeaseRecord& lease);
  std::vector<std::int64_t> add(const std::vector<LeaseRecord>& leases);

  struct End {
    std::int64_t token = 0;
    std::string state;
    std::string outcome;
  };
  void settle(std::int64_t token, const std::string& state, const std::string& outcome);
  void settle(const std::vector<End>& ends);  // all or none

  std::optional<LeaseRecord> find(std::int64_t token);
  // In the order in which they were given.
  std::vector<LeaseRecord> of_task(const std::string& task);
  std::optional<LeaseRecord> latest(const std::string& task);
  std::vector<LeaseRecord> held();

 private:
  std::int64_t insert(const LeaseRecord& lease);

  std::shared_ptr<Database> database_;
};

}  // namespace quarry::server
