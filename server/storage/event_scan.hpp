// Reads a study's log for whoever folds it into columns: only the events that say something of
// trials as a whole, in batches between which every other reader gets its turn.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "server/storage/store_error.hpp"

namespace quarry::server {

struct Database;

// Valid during the call it is given to.
struct EventLine {
  std::int64_t sequence = 0;
  std::string_view type;
  std::string_view at;    // RFC 3339, UTC
  std::string_view data;  // a JSON object; of trial.created nothing but its number is there
};

// Thread-safe. Every call may throw StoreError.
class EventScan {
 public:
  explicit EventScan(std::shared_ptr<Database> database) : database_(std::move(database)) {}

  // All trial.created, trial.finished, trial.tested and study.confirmed after a sequence number, in
  // order. The last
  // sequence number, or `after` where there is none.
  std::int64_t scan(const std::string& study, std::int64_t after,
                    const std::function<void(const EventLine&)>& visit);

  // By trial, who held the last of its leases; trials measured in this process have none.
  std::map<std::int64_t, std::string> workers(const std::string& study);

 private:
  std::shared_ptr<Database> database_;
};

}  // namespace quarry::server
