// Hypervolume: the volume that a set of points dominates below a reference point (Zitzler and
// Thiele 1998), minimising. Exact, for any number of objectives. Points that are not strictly
// better than the reference in every objective have no part in it.
#pragma once

#include <span>
#include <vector>

#include "search/pareto/points.hpp"

namespace quarry::search {

// Two and three objectives: a sweep, O(n log n). Four: a sweep of three per point, O(n^2 log n)
// with a base of 64. Above: exclusive volumes by recursion (WFG, While et al. 2012, IEEE TEC
// 16(1)), exponential in the number of objectives at worst.
double hypervolume(const Points& points, std::span<const double> reference);

// What adding `candidate` to `points` would add; exactly 0 where one of them dominates or equals
// it. O(n) and the volume of the points that have a share of what is left of the candidate's box;
// two objectives: O(n), and memory only where the points that the candidate dominates come
// unsorted.
double hypervolume_gain(const Points& points, std::span<const double> candidate,
                        std::span<const double> reference);

// What the volume would lose with each point: exactly 0 for the dominated and for all of equal
// points. Two objectives: O(n log n). Others: n gains.
std::vector<double> hypervolume_contributions(const Points& points,
                                              std::span<const double> reference);

}  // namespace quarry::search
