#include "evaluators/onednn/arena.hpp"

#include <catch2/catch.hpp>

namespace quarry::evaluators {
namespace {

TEST_CASE("buffers of different times share bytes, those of one time do not") {
  const std::vector<BufferUse> uses = {{128, 0, 1}, {128, 1, 2}, {128, 2, 3}};
  const ArenaPlan plan = plan_arena(uses);
  CHECK(plan.bytes == 256);
  CHECK(plan.offsets[0] == plan.offsets[2]);
  CHECK(plan.offsets[0] != plan.offsets[1]);
}

TEST_CASE("a small buffer fits into the gap between two large ones") {
  const std::vector<BufferUse> uses = {{640, 0, 9}, {320, 0, 3}, {640, 4, 9}, {64, 0, 9}};
  const ArenaPlan plan = plan_arena(uses);
  for (std::size_t i = 0; i < uses.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const bool same_time = uses[i].first <= uses[j].last && uses[j].first <= uses[i].last;
      const bool apart = plan.offsets[i] + uses[i].bytes <= plan.offsets[j] ||
                         plan.offsets[j] + uses[j].bytes <= plan.offsets[i];
      CHECK((apart || !same_time));
    }
  }
  CHECK(plan.bytes == 640 + 640 + 64);
}

TEST_CASE("offsets are aligned to a cache line") {
  const ArenaPlan plan = plan_arena(std::vector<BufferUse>{{1, 0, 0}, {1, 0, 0}});
  CHECK(plan.offsets == std::vector<std::size_t>{0, 64});
  CHECK(plan_arena({}).bytes == 0);
}

}  // namespace
}  // namespace quarry::evaluators
