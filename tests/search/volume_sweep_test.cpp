#include "search/pareto/volume_sweep.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "tests/support/points.hpp"

namespace quarry::search {
namespace {

TEST_CASE("a rank set finds the largest member below any number") {
  Rng rng(31);
  for (const std::uint32_t bound : {2U, 64U, 65U, 4096U, 4097U, 300000U}) {
    RankSet ranks;
    ranks.reset(bound);
    ranks.insert(0);
    std::set<std::uint32_t> expected = {0};
    for (int i = 0; i < 300; ++i) {
      const auto rank = static_cast<std::uint32_t>(1 + rng.below(bound - 1));
      CHECK(ranks.largest_below(rank) == *std::prev(expected.lower_bound(rank)));
      if (expected.insert(rank).second) {
        ranks.insert(rank);
      } else if (expected.erase(rank) == 1) {
        ranks.erase(rank);
      }
    }
  }
}

TEST_CASE("a rank set that is reset to a smaller bound forgets what it had") {
  RankSet ranks;
  ranks.reset(5000);
  for (std::uint32_t rank = 0; rank < 5000; ++rank) ranks.insert(rank);
  ranks.reset(10);
  ranks.insert(3);
  CHECK(ranks.largest_below(9) == 3);
}

TEST_CASE("inside a corner's box, the chosen points dominate what their clipped boxes do") {
  const Points points = points_of(3, {{0, 2, 0}, {2, 0, 0}, {0, 0, 2}});
  VolumeSweep sweep;
  sweep.prepare(points.values, 3, std::vector{3.0, 3.0, 3.0});
  const std::vector<double> corner = {1, 1, 1};
  CHECK(sweep.volume_within(corner.data(), [](std::uint32_t i) { return i == 0; }) == 4.0);
  CHECK(sweep.volume_within(corner.data(), [](std::uint32_t i) { return i < 2; }) == 6.0);
  CHECK(sweep.volume_within(corner.data(), [](std::uint32_t) { return true; }) == 7.0);
}

TEST_CASE("a sweep over no points has no volume") {
  VolumeSweep sweep;
  sweep.prepare({}, 3, std::vector{3.0, 3.0, 3.0});
  CHECK(sweep.volume() == 0.0);
}

}  // namespace
}  // namespace quarry::search
