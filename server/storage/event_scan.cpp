// Tested by tests/server/study_table_test.cpp.
#include "server/storage/event_scan.hpp"

#include "server/storage/database.hpp"

namespace quarry::server {
namespace {

// So that a hundred thousand trials do not keep other readers waiting for a second.
constexpr std::int64_t kBatch = 512;

// What trial.created holds besides its number comes again when the trial is finished.
constexpr const char* kLines = R"(
SELECT sequence, type, at, CASE type WHEN 'trial.created' THEN substr(data, 1, 24) ELSE data END
FROM events WHERE study = ? AND sequence > ? AND type IN 
  ('trial.created', 'trial.finished', 'trial.tested', 'study.confirmed')
ORDER BY sequence LIMIT ?)";

}  // namespace

std::int64_t EventScan::scan(const std::string& study, std::int64_t after,
                             const std::function<void(const EventLine&)>& visit) {
  for (std::int64_t read = kBatch; read == kBatch;) {
    read = 0;
    const std::scoped_lock lock(database_->scan_mutex);
    Query query(database_->scanner, kLines);
    query.bind(study).bind(after).bind(kBatch);
    while (query.next()) {
      ++read;
      after = query.integer(0);
      visit({after, query.view(1), query.view(2), query.view(3)});
    }
  }
  return after;
}

std::map<std::int64_t, std::string> EventScan::workers(const std::string& study) {
  std::map<std::int64_t, std::string> workers;
  const std::scoped_lock lock(database_->scan_mutex);
  Query query(database_->scanner,
              "SELECT trial, worker FROM leases WHERE study = ? AND state <> 'orphan' "
              "ORDER BY token");
  query.bind(study);
  while (query.next()) workers[query.integer(0)] = query.text(1);
  return workers;
}

}  // namespace quarry::server
