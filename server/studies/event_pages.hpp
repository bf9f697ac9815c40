// Pages of studies' logs that were read last. Readers that follow a study live are at the same
// place in its log, so that one reading of the store serves them all. An event never changes, so a
// page cannot be wrong, only end before the latest event; then its reader asks for the next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "server/storage/store.hpp"

namespace quarry::server {

// Thread-safe.
class EventPages {
 public:
  using Page = std::shared_ptr<const std::vector<EventRecord>>;

  // As Store::events. May throw StoreError.
  Page read(Store& store, const std::string& study, std::int64_t after, std::size_t limit);

  // The study is deleted, or has come back from an archive with another log.
  void forget(const std::string& study);

 private:
  static constexpr std::size_t kKept = 8;
  struct Entry {
    std::string study;
    std::int64_t after = 0;
    std::size_t limit = 0;
    Page page;
  };
  std::mutex mutex_;
  std::list<Entry> entries_;  // the latest first
};

}  // namespace quarry::server
