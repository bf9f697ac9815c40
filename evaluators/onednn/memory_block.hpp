// Memory for what is read again and again: from 2 MiB on, aligned to huge pages and offered to the
// kernel as such, so that packed weights do not miss the TLB at every panel.
#pragma once

#include <cstddef>
#include <memory>

namespace quarry::evaluators {

class MemoryBlock {
 public:
  explicit MemoryBlock(std::size_t bytes);  // not zeroed; aligned to 64 bytes at least
  std::byte* data() const { return bytes_.get(); }

 private:
  struct Free {
    void operator()(std::byte* bytes) const;
  };
  std::unique_ptr<std::byte, Free> bytes_;
};

}  // namespace quarry::evaluators
