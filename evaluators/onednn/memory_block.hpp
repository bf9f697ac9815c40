// Memory for what is read again and again: large blocks are mappings of their own, offered to the
// kernel for huge pages, so that packed weights do not miss the TLB at every panel.
#pragma once

#include <cstddef>
#include <memory>

namespace quarry::evaluators {

// How a block goes back to where it came from.
struct FreeBlock {
  std::size_t mapped_bytes = 0;  // 0: from the heap
  void operator()(std::byte* bytes) const;
};

class MemoryBlock {
 public:
  explicit MemoryBlock(std::size_t bytes);  // not zeroed; aligned to 64 bytes at least
  std::byte* data() const { return bytes_.get(); }

 private:
  std::unique_ptr<std::byte, FreeBlock> bytes_;
};

}  // namespace quarry::evaluators
