// Directions spread over the unit simplex, as decomposition needs them: the lattice of Das and
// Dennis (1998, SIAM J. Optim. 8(3)) and, for any number of them, least Riesz s-energy (Blank, Deb,
// Dhebar, Bandaru and Seada 2021, IEEE TEC 25(1)). Coordinates are 0 or more and sum to 1.
#pragma once

#include <cstddef>

#include "search/core/rng.hpp"
#include "search/pareto/points.hpp"

namespace quarry::search {

// How many directions the lattice has; the largest std::size_t where they are past counting.
std::size_t das_dennis_count(std::size_t dimensions, std::size_t partitions);

// The directions whose coordinates are multiples of 1 / partitions, in lexicographic order; for no
// partitions the centre. Precondition: das_dennis_count of them fit into memory.
Points das_dennis_directions(std::size_t dimensions, std::size_t partitions);

// The fewest partitions, 1 or more, that give `count` directions or more. One dimension never has
// more than one: there it is 1.
std::size_t das_dennis_partitions(std::size_t dimensions, std::size_t count);

// `count` well-spaced directions in lexicographic order, the same for equal generators; one
// dimension has the single direction {1}, and a single direction is the centre. In two dimensions
// they are the lattice; in others it is where the descent on the energy with s = dimensions^2
// starts when it has just as many, and part of what the start is chosen from when it has more. 100
// directions of 3 dimensions take 25 ms, 200 of 10 take 250 ms; beyond that O(count^2).
Points riesz_directions(std::size_t dimensions, std::size_t count, Rng& rng);

}  // namespace quarry::search
