// Tested by tests/server/archive_api_test.cpp.
#include "server/storage/archive_store.hpp"

#include <nlohmann/json.hpp>

#include "server/storage/database.hpp"

namespace quarry::server {
namespace {

// Before the fingerprint of a foreign measurement: no machine's begins so.
constexpr std::string_view kForeign = "archive:";

}  // namespace

MeasurementKey ArchiveStore::foreign(MeasurementKey key) {
  key.fingerprint.insert(0, kForeign);
  return key;
}

std::pair<std::vector<MeasurementRecord>, std::int64_t> ArchiveStore::measurements(
    const std::string& study, std::int64_t after, std::size_t limit) {
  const std::scoped_lock lock(database_->scan_mutex);
  std::pair<std::vector<MeasurementRecord>, std::int64_t> found{{}, after};
  Query query(
      database_->scanner,
      "SELECT id, supernet, genome, metric, evaluator, fingerprint, value, spread, "
      "samples, source, trial, detail, sample_values FROM measurements WHERE id > ? AND study = ? "
      "ORDER BY id LIMIT ?");
  query.bind(after).bind(study).bind(static_cast<std::int64_t>(limit));
  while (query.next()) {
    found.second = query.integer(0);
    std::string fingerprint = query.text(5);
    if (fingerprint.starts_with(kForeign)) fingerprint.erase(0, kForeign.size());
    found.first.push_back(
        {.key = {query.text(1), query.text(2), query.text(3), query.text(4), fingerprint},
         .measurement = {.value = query.number(6),
                         .spread = query.number(7),
                         .samples = query.integer(8),
                         .source = static_cast<search::Source>(query.integer(9)),
                         .fingerprint = fingerprint,
                         .detail = nlohmann::json::parse(query.text(11)),
                         .sample_values = nlohmann::json::parse(query.text(12))},
         .trial = query.integer(10)});
  }
  return found;
}

bool ArchiveStore::was_there(const std::string& study) {
  const std::scoped_lock lock(database_->scan_mutex);
  Query query(database_->scanner, "SELECT 1 FROM studies WHERE id = ?");
  query.bind(study);
  return query.next();
}

}  // namespace quarry::server
