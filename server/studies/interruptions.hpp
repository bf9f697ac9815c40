// The studies whose conductor had to end because the database failed. Their log could not be told,
// so it is remembered here, and shown, until it can.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "server/storage/store.hpp"

namespace quarry::server {

// Thread-safe.
class Interruptions {
 public:
  void add(const std::string& study, const std::string& reason) {
    const std::scoped_lock lock(mutex_);
    reasons_[study] = reason;
  }
  void remove(const std::string& study) {
    const std::scoped_lock lock(mutex_);
    reasons_.erase(study);
  }
  std::optional<std::string> reason(const std::string& study) const {
    const std::scoped_lock lock(mutex_);
    const auto found = reasons_.find(study);
    if (found == reasons_.end()) return std::nullopt;
    return found->second;
  }
  std::map<std::string, std::string> all() const {
    const std::scoped_lock lock(mutex_);
    return reasons_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> reasons_;
};

// The store as users see it: an interrupted study is paused, with the reason. Both outlive it.
std::unique_ptr<Store> show_interruptions(Store& store, const Interruptions& interruptions);

}  // namespace quarry::server
