// Hypervolume: the volume that a set of points dominates below a reference point (Zitzler and
// Thiele 1998), minimising.
#pragma once

#include <span>

#include "search/pareto/points.hpp"

namespace quarry::search {

// Exact. Points that are not strictly better than the reference in every objective add nothing. A
// sweep for two objectives, O(n log n); a sweep over the third with an incremental staircase for
// three; exclusive volumes by recursion (WFG, While et al. 2012, IEEE TEC 16(1)) above.
double hypervolume(const Points& points, std::span<const double> reference);

// What adding `candidate` to `points` would add.
double hypervolume_gain(const Points& points, std::span<const double> candidate,
                        std::span<const double> reference);

}  // namespace quarry::search
