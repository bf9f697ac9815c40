// How fast machines are at most, as was measured on them: the roofs that operators are held
// against.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "evaluators/machine_peaks.hpp"
#include "server/storage/store_error.hpp"

namespace quarry::server {

struct Database;

// Thread-safe. Every call may throw StoreError.
class MachinePeakStore {
 public:
  explicit MachinePeakStore(std::shared_ptr<Database> database) : database_(std::move(database)) {}

  // By the machine's fingerprint; nothing where none were measured.
  std::optional<evaluators::MachinePeaks> find(const std::string& fingerprint);
  // Durable when it returns. What was there and is higher stays: a peak is the most that was seen.
  void save(const std::string& fingerprint, const evaluators::MachinePeaks& peaks);

 private:
  std::shared_ptr<Database> database_;
};

}  // namespace quarry::server
