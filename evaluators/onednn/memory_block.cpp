// Tested through whoever owns a block.
#include "evaluators/onednn/memory_block.hpp"

#include <sys/mman.h>

#include <cstdlib>
#include <new>

namespace quarry::evaluators {

MemoryBlock::MemoryBlock(std::size_t bytes) {
  constexpr std::size_t kHugePage = std::size_t{2} << 20;
  const std::size_t alignment = bytes >= kHugePage ? kHugePage : 64;
  const std::size_t rounded = (bytes / alignment + 1) * alignment;
  bytes_.reset(static_cast<std::byte*>(std::aligned_alloc(alignment, rounded)));
  if (!bytes_) throw std::bad_alloc();
  // Advice: where the kernel has no huge pages to give, nothing is lost.
  if (alignment == kHugePage) madvise(bytes_.get(), rounded, MADV_HUGEPAGE);
}

void MemoryBlock::Free::operator()(std::byte* bytes) const { std::free(bytes); }

}  // namespace quarry::evaluators
