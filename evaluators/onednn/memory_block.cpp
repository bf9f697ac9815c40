// Tested through whoever owns a block.
#include "evaluators/onednn/memory_block.hpp"

#include <sys/mman.h>

#include <cstdlib>
#include <new>

namespace quarry::evaluators {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kAlignment = 64;
// From here on a block is a mapping of its own, which goes back to the system when it is freed:
// blocks of all sizes come and go with every candidate, and the heap would keep the pages between
// them.
constexpr std::size_t kMapped = std::size_t{128} << 10;

}  // namespace

MemoryBlock::MemoryBlock(std::size_t bytes) {
  if (bytes < kMapped) {
    const std::size_t rounded = (bytes / kAlignment + 1) * kAlignment;
    bytes_ = {static_cast<std::byte*>(std::aligned_alloc(kAlignment, rounded)), FreeBlock{}};
    if (!bytes_) throw std::bad_alloc();
    return;
  }
  void* const mapped =
      mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  // Advice: where the kernel has no huge pages to give, nothing is lost.
  if (bytes >= kHugePage) madvise(mapped, bytes, MADV_HUGEPAGE);
  bytes_ = {static_cast<std::byte*>(mapped), FreeBlock{.mapped_bytes = bytes}};
}

void FreeBlock::operator()(std::byte* bytes) const {
  if (mapped_bytes > 0) {
    munmap(bytes, mapped_bytes);
  } else {
    std::free(bytes);
  }
}

}  // namespace quarry::evaluators
