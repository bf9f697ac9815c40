// Repair: moves an infeasible genome towards feasibility where the violation is known by formula or
// prediction, so that evaluations are not spent on networks that cannot count.
#pragma once

#include <functional>

#include "search/core/rng.hpp"
#include "search/core/search_space.hpp"

namespace quarry::search {

// 0 = feasible.
using Violation = std::function<double(const Genome&)>;

// Steepest descent of the violation over single-gene changes: in each round every change of one
// living gene in a random order, the best is kept; stops when feasible, when no change helps, or
// after `max_rounds`. True if the genome ends feasible. Canonical in, canonical out.
bool repair(const SearchSpace& space, Genome& genome, const Violation& violation,
            std::size_t max_rounds, Rng& rng);

}  // namespace quarry::search
