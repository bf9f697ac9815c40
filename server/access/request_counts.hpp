// How many requests were answered how, and how long it took: what /metrics shows of HTTP.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <tuple>

namespace quarry::server {

class RequestCounts {
 public:
  struct Key {
    std::string method;
    std::string route;  // the pattern, so that there are only so many
    unsigned status = 0;
    auto operator<=>(const Key&) const = default;
  };
  struct Count {
    std::uint64_t requests = 0;
    double seconds = 0.0;
  };

  // Thread-safe, like the other.
  void add(const Key& key, double seconds) {
    const std::scoped_lock lock(mutex_);
    Count& count = counts_[key];
    ++count.requests;
    count.seconds += seconds;
  }

  std::map<Key, Count> all() const {
    const std::scoped_lock lock(mutex_);
    return counts_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<Key, Count> counts_;
};

}  // namespace quarry::server
