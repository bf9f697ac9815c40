// Repair: moves an infeasible genome towards feasibility where the violation is known by formula or
// prediction, so that evaluations are not spent on networks that cannot count.
#pragma once

#include <functional>

#include "search/core/rng.hpp"
#include "search/core/search_space.hpp"

namespace quarry::search {

// 0 = feasible.
using Violation = std::function<double(const Genome&)>;

// Random descent: changes of one living gene are tried in a random order, the first that lowers the
// violation is kept; until feasible, no change helps, or `max_changes` were kept. So what was drawn
// differently stays different. True if the genome ends feasible. Canonical in, canonical out.
bool repair(const SearchSpace& space, Genome& genome, const Violation& violation,
            std::size_t max_changes, Rng& rng);

}  // namespace quarry::search
