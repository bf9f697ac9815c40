// Pareto dominance with constraints (feasibility first, Deb 2000) and the ranks and spread that
// NSGA-II sorts by (Deb et al. 2002, IEEE TEC 6(2), sections III-A and III-B). Objectives are
// finite: NaN and infinity stop at the evaluator.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "search/pareto/order.hpp"
#include "search/pareto/points.hpp"

namespace quarry::search {

// Nowhere worse: dominates or equals.
inline bool weakly_dominates(std::span<const double> a, std::span<const double> b) {
  std::size_t k = 0;
  while (k < a.size() && a[k] <= b[k]) ++k;
  return k == a.size();
}

// Nowhere worse, somewhere better.
bool dominates(std::span<const double> a, std::span<const double> b);

// Feasible beats infeasible, less violation beats more, among the feasible dominance decides.
bool constrained_dominates(std::span<const double> a, double violation_a, std::span<const double> b,
                           double violation_b);

// The front each point is on, 0 = non-dominated. Equal points share a front. violations: one per
// point, or empty when all are feasible. O(n log n) for two objectives; for three O(n log^2 n)
// comparisons; above that O(n^2) at worst (ENS-BS, Zhang et al. 2015, IEEE TEC 19(2)).
std::vector<std::uint32_t> non_dominated_ranks(const Points& points,
                                               std::span<const double> violations);

// Crowding distance of each member of one front; the ends are infinite. An objective in which all
// members are equal adds nothing.
std::vector<double> crowding_distances(const Points& points, std::span<const std::size_t> front);

// What NSGA-II compares two members of a population by.
struct Ranking {
  std::vector<std::uint32_t> ranks;  // as non_dominated_ranks
  std::vector<double> crowding;      // of each point among those of its rank

  bool operator==(const Ranking&) const = default;
};

// Memory that one ranking leaves to the next; what it holds has no meaning.
struct RankingScratch {
  struct Step {
    double second;
    double third;
  };
  std::vector<SortKey> order, by_rank, keys, spare;
  std::vector<double> lowest;
  std::vector<std::vector<Step>> stairs;
  std::vector<std::uint32_t> latest, earlier, ends;
};

// Ranks and crowds a whole population into `ranking`, for an algorithm that does so every
// generation: it sorts two objectives once for both, and allocates nothing once it has grown.
void rank_and_crowd(const Points& points, std::span<const double> violations,
                    RankingScratch& scratch, Ranking& ranking);

// Indices of the non-dominated points, ascending. Of equal points only the first.
std::vector<std::size_t> non_dominated(const Points& points);

}  // namespace quarry::search
