// What archives need of the database beside the Store: a study's measurements, and those of a study
// that came out of an archive, kept where they answer no other study: nobody here has seen how they
// were made.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/storage/store.hpp"

namespace quarry::server {

struct Database;

// Thread-safe. Every call may throw StoreError.
class ArchiveStore {
 public:
  explicit ArchiveStore(std::shared_ptr<Database> database) : database_(std::move(database)) {}

  // In the order in which they were stored, those of rows above `after`; the last row beside them.
  std::pair<std::vector<MeasurementRecord>, std::int64_t> measurements(const std::string& study,
                                                                       std::int64_t after,
                                                                       std::size_t limit);

  // Whether there is or was a study of this id: a deleted one left its measurements.
  bool was_there(const std::string& study);

  // The key under which a measurement from an archive is stored.
  static MeasurementKey foreign(MeasurementKey key);

 private:
  std::shared_ptr<Database> database_;
};

}  // namespace quarry::server
