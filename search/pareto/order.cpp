// Merging from both ends at once (the parity merge of van den Hoven's quadsort): two chains of
// comparisons that do not wait for each other. Tested by tests/search/order_test.cpp.
#include "search/pareto/order.hpp"

#include <algorithm>
#include <array>

namespace quarry::search {
namespace {

constexpr std::size_t kLeaf = 7;

// Puts every key where the number of keys before it says.
void sort_leaf(const SortKey* from, std::size_t count, SortKey* to) {
  std::array<std::uint8_t, kLeaf> places = {};
  for (std::size_t i = 1; i < count; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const bool before = from[i].value < from[j].value;
      places[before ? j : i] = static_cast<std::uint8_t>(places[before ? j : i] + 1);
    }
  }
  for (std::size_t i = 0; i < count; ++i) to[places[i]] = from[i];
}

// Each end takes half of the keys, so neither can run out of a half that is at most as long.
void merge_halves(const SortKey* from, std::size_t half, std::size_t count, SortKey* to) {
  const SortKey* left = from;
  const SortKey* right = from + half;
  const SortKey* left_end = right - 1;
  const SortKey* right_end = from + count - 1;
  SortKey* to_end = to + count - 1;
  for (std::size_t i = 0; i < count / 2; ++i) {
    const bool take_right = right->value < left->value;
    *to++ = *(take_right ? right : left);
    right += take_right;
    left += !take_right;
    const bool keep_left = right_end->value < left_end->value;
    *to_end-- = *(keep_left ? left_end : right_end);
    left_end -= keep_left;
    right_end -= !keep_left;
  }
  if (count % 2 == 1) *to = *(left <= left_end ? left : right);
}

// Both hold the same keys; they end up sorted in `to`.
void sort_into(SortKey* from, std::size_t count, SortKey* to) {
  if (count <= kLeaf) return sort_leaf(from, count, to);
  const std::size_t half = count / 2;
  sort_into(to, half, from);
  sort_into(to + half, count - half, from + half);
  merge_halves(from, half, count, to);
}

void sort_from(const Points& points, std::size_t objective, std::span<SortKey> keys,
               std::vector<SortKey>& spare) {
  for (SortKey& key : keys) key.value = points[key.index][objective];
  sort_stably(keys, spare);
  if (objective + 1 == points.dimensions) return;
  for (std::size_t begin = 0; begin < keys.size();) {
    std::size_t end = begin + 1;
    while (end < keys.size() && !(keys[begin].value < keys[end].value)) ++end;
    if (end - begin > 1) sort_from(points, objective + 1, keys.subspan(begin, end - begin), spare);
    begin = end;
  }
}

}  // namespace

void sort_stably(std::span<SortKey> keys, std::vector<SortKey>& spare) {
  if (spare.size() < keys.size()) spare.resize(keys.size());
  std::ranges::copy(keys, spare.begin());
  sort_into(spare.data(), keys.size(), keys.data());
}

void sort_lexicographically(const Points& points, std::span<SortKey> keys,
                            std::vector<SortKey>& spare) {
  if (points.dimensions > 0) sort_from(points, 0, keys, spare);
}

}  // namespace quarry::search
