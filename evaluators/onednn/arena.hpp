// Plans one block of memory for all activations of a network: buffers that are never needed at the
// same time share bytes.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace quarry::evaluators {

// A buffer is needed from step `first` to step `last`, both included.
struct BufferUse {
  std::size_t bytes = 0;
  std::size_t first = 0;
  std::size_t last = 0;
};

struct ArenaPlan {
  std::vector<std::size_t> offsets;  // one per buffer, multiples of 64
  std::size_t bytes = 0;
};

// Greedy by size: the largest buffer first, each at the lowest offset where it overlaps no buffer
// of its time (Pisarchyk and Lee 2020, arXiv 2001.03288, section 5.2).
ArenaPlan plan_arena(std::span<const BufferUse> uses);

}  // namespace quarry::evaluators
