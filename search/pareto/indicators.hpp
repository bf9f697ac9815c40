// How near a set of points comes to a reference front, and which member of a front is its knee. The
// objectives are taken as they are except where it says normalised; none of these needs a front
// without duplicates or dominated points.
#pragma once

#include <cstddef>
#include <optional>

#include "search/pareto/points.hpp"

namespace quarry::search {

// IGD+ (Ishibuchi, Masuda, Tanigaki and Nojima 2015, EMO, LNCS 9019): the mean over the
// front of the distance from each of its points to what the nearest of `points` dominates. Never
// better for a dominated set. Infinite for no points; 0 for an empty front.
double igd_plus(const Points& points, const Points& front);

// The additive epsilon indicator (Zitzler et al. 2003, IEEE TEC 7(2)): the least
// number that, taken off every objective of `points`, makes each point of the front weakly
// dominated. May be negative. Infinite for no points; 0 for an empty front.
double additive_epsilon(const Points& points, const Points& front);

// The member that lies farthest below the plane through the ends (Das 1999, Structural Optimization
// 18(2), with ends that are always there): each objective is normalised to the range of the
// non-dominated members, and an end is worst in one objective and best in all others. For two
// objectives these are the front's two ends. A flat objective does not count; of equally far
// members, so on a straight front and of two points, it is the first. Nothing for no points.
std::optional<std::size_t> knee_point(const Points& points);

}  // namespace quarry::search
