// Tested by tests/evaluators/weight_cache_test.cpp.
#include "evaluators/onednn/weight_cache.hpp"

namespace quarry::evaluators {

std::size_t WeightCache::bytes() const {
  const std::scoped_lock lock(mutex_);
  return bytes_;
}

std::size_t WeightCache::hits() const {
  const std::scoped_lock lock(mutex_);
  return hits_;
}

std::size_t WeightCache::misses() const {
  const std::scoped_lock lock(mutex_);
  return misses_;
}

std::shared_ptr<const void> WeightCache::find(const std::string& key) {
  const std::scoped_lock lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) {
    ++misses_;
    return nullptr;
  }
  ++hits_;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->value;
}

void WeightCache::keep(const std::string& key, std::shared_ptr<const void> value,
                       std::size_t bytes) {
  std::list<Entry> dropped;  // destroyed after the lock is released
  const std::scoped_lock lock(mutex_);
  if (by_key_.contains(key)) return;  // another thread was faster
  entries_.push_front({key, std::move(value), bytes});
  by_key_.emplace(entries_.front().key, entries_.begin());
  bytes_ += bytes;
  while (bytes_ > max_bytes_) {
    const auto oldest = std::prev(entries_.end());
    by_key_.erase(oldest->key);
    bytes_ -= oldest->bytes;
    dropped.splice(dropped.begin(), entries_, oldest);
  }
}

}  // namespace quarry::evaluators
