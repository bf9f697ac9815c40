// Tested by tests/evaluators/arena_test.cpp.
#include "evaluators/onednn/arena.hpp"

#include <algorithm>
#include <numeric>

namespace quarry::evaluators {
namespace {

constexpr std::size_t kAlignment = 64;  // a cache line, and an AVX-512 register

std::size_t aligned(std::size_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

}  // namespace

ArenaPlan plan_arena(std::span<const BufferUse> uses) {
  std::vector<std::size_t> order(uses.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::ranges::greater{},
                           [&](std::size_t i) { return uses[i].bytes; });

  ArenaPlan plan{.offsets = std::vector<std::size_t>(uses.size())};
  std::vector<std::size_t> placed;
  for (const std::size_t i : order) {
    std::vector<std::size_t> rivals;
    for (const std::size_t p : placed) {
      if (uses[p].first <= uses[i].last && uses[i].first <= uses[p].last) rivals.push_back(p);
    }
    std::ranges::sort(rivals, {}, [&](std::size_t p) { return plan.offsets[p]; });
    std::size_t offset = 0;
    for (const std::size_t p : rivals) {
      if (offset + aligned(uses[i].bytes) <= plan.offsets[p]) break;
      offset = std::max(offset, plan.offsets[p] + aligned(uses[p].bytes));
    }
    plan.offsets[i] = offset;
    plan.bytes = std::max(plan.bytes, offset + aligned(uses[i].bytes));
    placed.push_back(i);
  }
  return plan;
}

}  // namespace quarry::evaluators
