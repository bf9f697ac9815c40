// Pareto dominance with constraints (feasibility first, Deb 2000) and the ranks and spread that
// NSGA-II sorts by (Deb et al. 2002, IEEE TEC 6(2), sections III-A and III-B).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "search/pareto/points.hpp"

namespace quarry::search {

// Nowhere worse, somewhere better.
bool dominates(std::span<const double> a, std::span<const double> b);

// Feasible beats infeasible, less violation beats more, among the feasible dominance decides.
bool constrained_dominates(std::span<const double> a, double violation_a, std::span<const double> b,
                           double violation_b);

// The front each point is on, 0 = non-dominated. Equal points share a front. violations: one per
// point, or empty when all are feasible. O(n log n) for two objectives, O(n^2) at worst above
// (ENS-BS, Zhang et al. 2015).
std::vector<std::uint32_t> non_dominated_ranks(const Points& points,
                                               std::span<const double> violations);

// Crowding distance of each member of one front; the ends are infinite. An objective in which all
// members are equal adds nothing.
std::vector<double> crowding_distances(const Points& points, std::span<const std::size_t> front);

// Indices of the non-dominated points, ascending. Of equal points only the first.
std::vector<std::size_t> non_dominated(const Points& points);

}  // namespace quarry::search
