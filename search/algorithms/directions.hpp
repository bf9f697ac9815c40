// Reference directions for the algorithms that spread their population along them.
#pragma once

#include <span>
#include <utility>

#include "search/core/rng.hpp"
#include "search/pareto/points.hpp"

namespace quarry::search {

// `count` directions on the unit simplex, at most 500, evenly spread: a lattice with two
// objectives, by least energy above; one direction with one.
Points simplex_directions(std::size_t objectives, std::size_t count, Rng rng);

// The same, of length one.
Points unit_directions(std::size_t objectives, std::size_t count, Rng rng);

// The unit direction that the point is nearest to as a line, and its distance from it.
std::pair<std::size_t, double> nearest_direction(const Points& unit_directions,
                                                 std::span<const double> point);

}  // namespace quarry::search
