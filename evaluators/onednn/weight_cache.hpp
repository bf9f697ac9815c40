// Packed weights, shared between candidates: two sub-networks that use the same slice at the same
// precision and layout hold the same bytes.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace quarry::evaluators {

// Thread-safe; two threads that miss the same key may both make the entry. What was not used for
// the longest time is dropped when the bytes exceed the bound; an entry that a network still holds
// lives on with it.
class WeightCache {
 public:
  explicit WeightCache(std::size_t max_bytes = std::size_t{1} << 30) : max_bytes_(max_bytes) {}

  // The entry under this key, made if there is none. Keys of different types of value must differ.
  template <typename Value, typename Make>
  std::shared_ptr<const Value> find_or_make(const std::string& key, Make&& make) {
    if (auto found = find(key)) return std::static_pointer_cast<const Value>(found);
    auto made = std::make_shared<const Value>(make());
    keep(key, made, made->bytes());
    return made;
  }

  std::size_t bytes() const;
  std::size_t max_bytes() const { return max_bytes_; }
  std::size_t hits() const;
  std::size_t misses() const;

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const void> value;
    std::size_t bytes = 0;
  };

  std::shared_ptr<const void> find(const std::string& key);
  void keep(const std::string& key, std::shared_ptr<const void> value, std::size_t bytes);

  mutable std::mutex mutex_;
  std::size_t max_bytes_;
  std::size_t bytes_ = 0;
  std::size_t hits_ = 0;
  std::size_t misses_ = 0;
  std::list<Entry> entries_;  // the most recently used first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key_;  // views of the entries
};

}  // namespace quarry::evaluators
