// The networks that an acquisition function values most: evolution over the whole space from the
// measured front, then local search over single-gene changes from the best that it found.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "search/core/search_algorithm.hpp"
#include "search/variation/seen.hpp"

namespace quarry::search {

// One value per genome, larger is better; -infinity is allowed.
using Acquisition = std::function<std::vector<double>(std::span<const Genome> genomes)>;

// At most `count` networks that are not in `seen`, by falling value; empty when evolution met none.
// Only the first has been through the local search.
std::vector<Genome> most_valuable(const SearchSpace& space, const Acquisition& acquisition,
                                  std::vector<Genome> starts, const SeenGenomes& seen,
                                  std::size_t count, std::size_t evaluations, std::uint64_t seed);

}  // namespace quarry::search
