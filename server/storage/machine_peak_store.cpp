// Tested by tests/server/machine_peak_store_test.cpp.
#include "server/storage/machine_peak_store.hpp"

#include "server/storage/database.hpp"

namespace quarry::server {
namespace {

constexpr const char* kMemory = "memory";  // beside the names of precisions

void raise(Connection& writer, const std::string& fingerprint, const std::string& what,
           double per_ms) {
  Query(writer,
        "INSERT INTO machine_peaks VALUES (?, ?, ?) ON CONFLICT (fingerprint, what) DO UPDATE SET "
        "per_ms = max(per_ms, excluded.per_ms)")
      .bind(fingerprint)
      .bind(what)
      .bind(per_ms)
      .run();
}

}  // namespace

std::optional<evaluators::MachinePeaks> MachinePeakStore::find(const std::string& fingerprint) {
  const std::scoped_lock lock(database_->read_mutex);
  Query query(database_->reader, "SELECT what, per_ms FROM machine_peaks WHERE fingerprint = ?");
  query.bind(fingerprint);
  evaluators::MachinePeaks peaks;
  bool found = false;
  while (query.next()) {
    found = true;
    search::Precision precision{};
    if (query.text(0) == kMemory) {
      peaks.bytes_per_ms = query.number(1);
    } else if (search::parse_precision(query.text(0), precision)) {
      peaks.macs_per_ms[precision] = query.number(1);
    }
  }
  return found ? std::optional(std::move(peaks)) : std::nullopt;
}

void MachinePeakStore::save(const std::string& fingerprint, const evaluators::MachinePeaks& peaks) {
  const std::scoped_lock lock(database_->write_mutex);
  Transaction transaction(database_->writer);
  for (const auto& [precision, macs] : peaks.macs_per_ms)
    raise(database_->writer, fingerprint, std::string(search::to_text(precision)), macs);
  raise(database_->writer, fingerprint, kMemory, peaks.bytes_per_ms);
  transaction.commit();
}

}  // namespace quarry::server
