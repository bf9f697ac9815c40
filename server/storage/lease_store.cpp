// Tested by tests/server/lease_store_test.cpp.
#include "server/storage/lease_store.hpp"

#include <nlohmann/json.hpp>

#include "server/storage/database.hpp"

namespace quarry::server {
namespace {

LeaseRecord read_lease(const Query& query) {
  return {.token = query.integer(0),
          .task = query.text(1),
          .study = query.text(2),
          .trial = query.integer(3),
          .evaluator = query.text(4),
          .metrics = nlohmann::json::parse(query.text(5)),
          .worker = query.text(6),
          .machine = query.text(7),
          .seconds = query.number(8),
          .state = query.text(9),
          .outcome = query.text(10)};
}

std::vector<LeaseRecord> read_all(Query& query) {
  std::vector<LeaseRecord> found;
  while (query.next()) found.push_back(read_lease(query));
  return found;
}

}  // namespace

// Within a transaction.
std::int64_t LeaseStore::insert(const LeaseRecord& lease) {
  Query(database_->writer, "INSERT INTO leases VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(lease.task)
      .bind(lease.study)
      .bind(lease.trial)
      .bind(lease.evaluator)
      .bind(nlohmann::json(lease.metrics).dump())
      .bind(lease.worker)
      .bind(lease.machine)
      .bind(lease.seconds)
      .bind(lease.state)
      .bind(lease.outcome)
      .run();
  Query query(database_->writer, "SELECT last_insert_rowid()");
  return query.next() ? query.integer(0) : 0;
}

std::vector<std::int64_t> LeaseStore::add(const std::vector<LeaseRecord>& leases) {
  std::vector<std::int64_t> tokens;
  database_->group.write([&] {
    for (const LeaseRecord& lease : leases) tokens.push_back(insert(lease));
  });
  return tokens;
}

std::int64_t LeaseStore::add(const LeaseRecord& lease) { return add(std::vector{lease}).front(); }

void LeaseStore::settle(const std::vector<End>& ends) {
  database_->group.write([&] {
    for (const End& end : ends) {
      Query(database_->writer, "UPDATE leases SET state = ?, outcome = ? WHERE token = ?")
          .bind(end.state)
          .bind(end.outcome)
          .bind(end.token)
          .run();
    }
  });
}

void LeaseStore::settle(std::int64_t token, const std::string& state, const std::string& outcome) {
  settle({{token, state, outcome}});
}

std::optional<LeaseRecord> LeaseStore::find(std::int64_t token) {
  const std::scoped_lock lock(database_->read_mutex);
  Query query(database_->reader, "SELECT * FROM leases WHERE token = ?");
  query.bind(token);
  if (!query.next()) return std::nullopt;
  return read_lease(query);
}

std::vector<LeaseRecord> LeaseStore::of_task(const std::string& task) {
  const std::scoped_lock lock(database_->read_mutex);
  Query query(database_->reader, "SELECT * FROM leases WHERE task = ? ORDER BY token");
  query.bind(task);
  return read_all(query);
}

std::optional<LeaseRecord> LeaseStore::latest(const std::string& task) {
  const std::scoped_lock lock(database_->read_mutex);
  Query query(database_->reader, "SELECT * FROM leases WHERE task = ? ORDER BY token DESC LIMIT 1");
  query.bind(task);
  if (!query.next()) return std::nullopt;
  return read_lease(query);
}

std::vector<LeaseRecord> LeaseStore::held() {
  const std::scoped_lock lock(database_->read_mutex);
  Query query(database_->reader, "SELECT * FROM leases WHERE state = 'held' ORDER BY token");
  return read_all(query);
}

}  // namespace quarry::server
