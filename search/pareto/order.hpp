// Stable orders of points, on keys that carry the value they are compared by. The merge sort has no
// branch that depends on the data: random values make std::sort guess wrong at every second
// comparison, which costs it twice the time on a population of 100.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "search/pareto/points.hpp"

namespace quarry::search {

struct SortKey {
  double value;
  std::uint32_t index;
};

// Ascending by value; equal values stay in the order in which they come. `spare` is memory to work
// in and grows as needed.
void sort_stably(std::span<SortKey> keys, std::vector<SortKey>& spare);

// Puts the indices of `keys` in the order of their points: by objective 0, then 1 and so on, equal
// points as they come. Leaves no meaning in the values.
void sort_lexicographically(const Points& points, std::span<SortKey> keys,
                            std::vector<SortKey>& spare);

}  // namespace quarry::search
