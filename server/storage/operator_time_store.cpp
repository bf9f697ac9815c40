// Tested by tests/server/operator_time_store_test.cpp.
#include "server/storage/operator_time_store.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "server/storage/database.hpp"

namespace quarry::server {
namespace {

using evaluators::NetworkTime;
using evaluators::OperatorTable;
using evaluators::StepTime;
using nlohmann::json;

void write_step(Connection& writer, const std::string& fingerprint, const StepTime& step) {
  Query(writer, "INSERT OR REPLACE INTO operator_times VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(fingerprint)
      .bind(step.kind)
      .bind(step.shape)
      .bind(step.macs)
      .bind(static_cast<std::int64_t>(step.bytes))
      .bind(std::int64_t{step.is_reorder})
      .bind(step.networks)
      .bind(json(step.recent_ms).dump())
      .run();
}

void write_network(Connection& writer, const std::string& fingerprint, const NetworkTime& network) {
  Query(writer, "INSERT INTO operator_networks VALUES (NULL, ?, ?, ?, ?)")
      .bind(fingerprint)
      .bind(static_cast<std::int64_t>(network.rows))
      .bind(network.ms)
      .bind(json(network.steps).dump())
      .run();
  Query(writer,
        "DELETE FROM operator_networks WHERE fingerprint = ? AND id NOT IN (SELECT id FROM "
        "operator_networks WHERE fingerprint = ? ORDER BY id DESC LIMIT ?)")
      .bind(fingerprint)
      .bind(fingerprint)
      .bind(static_cast<std::int64_t>(OperatorTable::kNetworks))
      .run();
}

}  // namespace

std::map<std::string, OperatorTable> OperatorTimeStore::load() {
  const std::scoped_lock lock(database_->read_mutex);
  std::map<std::string, OperatorTable> tables;
  Query steps(database_->reader,
              "SELECT fingerprint, kind, shape, macs, bytes, is_reorder, networks, recent_ms FROM "
              "operator_times");
  while (steps.next()) {
    StepTime step{.kind = steps.text(1),
                  .shape = steps.text(2),
                  .macs = steps.integer(3),
                  .bytes = static_cast<std::size_t>(steps.integer(4)),
                  .is_reorder = steps.integer(5) != 0,
                  .networks = steps.integer(6),
                  .recent_ms = json::parse(steps.text(7)).get<std::vector<double>>()};
    std::string key = evaluators::step_key(step.kind, step.shape);
    tables[steps.text(0)].steps.emplace(std::move(key), std::move(step));
  }
  Query networks(database_->reader,
                 "SELECT fingerprint, input_rows, ms, steps FROM operator_networks ORDER BY id");
  while (networks.next()) {
    tables[networks.text(0)].networks.push_back(
        {.rows = static_cast<std::size_t>(networks.integer(1)),
         .steps = json::parse(networks.text(3)).get<std::vector<std::pair<std::string, int>>>(),
         .ms = networks.number(2)});
  }
  return tables;
}

void OperatorTimeStore::save(const evaluators::OperatorTimes::Change& change) {
  const std::scoped_lock lock(database_->write_mutex);
  Transaction transaction(database_->writer);
  for (const StepTime& step : change.steps) write_step(database_->writer, change.fingerprint, step);
  if (change.network) write_network(database_->writer, change.fingerprint, *change.network);
  transaction.commit();
}

void OperatorTimeStore::save_model(const std::string& id, const std::string& model) {
  const std::scoped_lock lock(database_->write_mutex);
  Transaction transaction(database_->writer);
  Query(database_->writer, "INSERT OR IGNORE INTO latency_models VALUES (?, ?)")
      .bind(id)
      .bind(model)
      .run();
  transaction.commit();
}

std::optional<std::string> OperatorTimeStore::model(const std::string& id) {
  const std::scoped_lock lock(database_->read_mutex);
  Query query(database_->reader, "SELECT model FROM latency_models WHERE id = ?");
  query.bind(id);
  if (!query.next()) return std::nullopt;
  return query.text(0);
}

}  // namespace quarry::server
