#include "search/pareto/order.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/support/points.hpp"

namespace quarry::search {
namespace {

std::vector<std::uint32_t> indices(const std::vector<SortKey>& keys) {
  std::vector<std::uint32_t> found;
  for (const SortKey& key : keys) found.push_back(key.index);
  return found;
}

std::vector<SortKey> keys_of(const Points& points) {
  std::vector<SortKey> keys;
  for (std::uint32_t i = 0; i < points.size(); ++i) keys.push_back({points[i][0], i});
  return keys;
}

TEST_CASE("equal values stay in the order in which they come") {
  std::vector<SortKey> keys = {{2, 0}, {1, 1}, {2, 2}, {1, 3}};
  std::vector<SortKey> spare;
  sort_stably(keys, spare);
  CHECK(indices(keys) == std::vector<std::uint32_t>{1, 3, 0, 2});
}

TEST_CASE("zero and negative zero are equal values") {
  std::vector<SortKey> keys = {{0.0, 0}, {-0.0, 1}, {-1.0, 2}};
  std::vector<SortKey> spare;
  sort_stably(keys, spare);
  CHECK(indices(keys) == std::vector<std::uint32_t>{2, 0, 1});
}

TEST_CASE("any number of keys is sorted as the standard's stable sort would") {
  Rng rng(21);
  std::vector<SortKey> spare;
  for (std::size_t count = 0; count < 150; ++count) {
    std::vector<SortKey> keys = keys_of(grid_points(count, 1, 40, rng));
    std::vector<SortKey> expected = keys;
    std::ranges::stable_sort(expected, {}, &SortKey::value);
    sort_stably(keys, spare);
    CHECK(indices(keys) == indices(expected));
  }
}

TEST_CASE("ties in one objective are broken by the next, equal points by index") {
  const Points points = points_of(3, {{1, 2, 1}, {1, 1, 5}, {0, 9, 9}, {1, 1, 4}, {1, 1, 5}});
  std::vector<SortKey> keys = keys_of(points);
  std::vector<SortKey> spare;
  sort_lexicographically(points, keys, spare);
  CHECK(indices(keys) == std::vector<std::uint32_t>{2, 3, 1, 4, 0});
}

}  // namespace
}  // namespace quarry::search
