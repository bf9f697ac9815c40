// Tested through whoever owns a block.
#include "evaluators/onednn/memory_block.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
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

std::size_t rounded(std::size_t bytes, std::size_t to) { return (bytes + to - 1) / to * to; }

std::byte* map(std::size_t bytes) {
  void* const mapped =
      mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  return static_cast<std::byte*>(mapped);
}

// Begins at a huge page, which mmap alone leaves to chance: more is mapped, then cut at both ends.
std::byte* map_at_huge_page(std::size_t bytes) {
  const std::size_t all = bytes + kHugePage;
  std::byte* const mapped = map(all);
  const auto address = reinterpret_cast<std::uintptr_t>(mapped);
  const std::size_t head = rounded(address, kHugePage) - address;
  if (head > 0) munmap(mapped, head);
  if (all > head + bytes) munmap(mapped + head + bytes, all - head - bytes);
  // Advice: where the kernel has no huge pages to give, nothing is lost.
  madvise(mapped + head, bytes, MADV_HUGEPAGE);
  return mapped + head;
}

}  // namespace

MemoryBlock::MemoryBlock(std::size_t bytes) {
  if (bytes < kMapped) {
    bytes_ = {
        static_cast<std::byte*>(std::aligned_alloc(kAlignment, rounded(bytes + 1, kAlignment))),
        FreeBlock{}};
    if (!bytes_) throw std::bad_alloc();
    return;
  }
  const std::size_t whole = rounded(bytes, static_cast<std::size_t>(sysconf(_SC_PAGESIZE)));
  bytes_ = {whole >= kHugePage ? map_at_huge_page(whole) : map(whole),
            FreeBlock{.mapped_bytes = whole}};
}

void FreeBlock::operator()(std::byte* bytes) const {
  if (mapped_bytes > 0) {
    munmap(bytes, mapped_bytes);
  } else {
    std::free(bytes);
  }
}

}  // namespace quarry::evaluators
