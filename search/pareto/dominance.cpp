// Tested by tests/search/dominance_test.cpp, against brute force on random point sets.
#include "search/pareto/dominance.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <numeric>

namespace quarry::search {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool lexicographically_less(std::span<const double> a, std::span<const double> b) {
  return std::ranges::lexicographical_compare(a, b);
}

bool equal(std::span<const double> a, std::span<const double> b) {
  return std::ranges::equal(a, b);
}

std::vector<std::size_t> lexicographic_order(const Points& points,
                                             std::vector<std::size_t> members) {
  std::ranges::sort(members, [&](std::size_t a, std::size_t b) {
    if (lexicographically_less(points[a], points[b])) return true;
    if (lexicographically_less(points[b], points[a])) return false;
    return a < b;
  });
  return members;
}

// Visits points so that none can be dominated by a later one, and puts each into the first front of
// which no member dominates it. `dominated_by_front(f, i)` must be monotone in f, which lets the
// front be found by bisection.
template <typename DominatedByFront, typename Join>
void place_in_fronts(const Points& points, const std::vector<std::size_t>& order,
                     std::vector<std::uint32_t>& ranks, DominatedByFront dominated_by_front,
                     Join join) {
  std::uint32_t fronts = 0;
  for (std::size_t position = 0; position < order.size(); ++position) {
    const std::size_t i = order[position];
    if (position > 0 && equal(points[i], points[order[position - 1]])) {
      ranks[i] = ranks[order[position - 1]];
      continue;
    }
    std::uint32_t low = 0;
    std::uint32_t high = fronts;
    while (low < high) {
      const std::uint32_t middle = (low + high) / 2;
      if (dominated_by_front(middle, i)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    ranks[i] = low;
    if (low == fronts) ++fronts;
    join(low, i);
  }
}

void rank_feasible(const Points& points, const std::vector<std::size_t>& order,
                   std::vector<std::uint32_t>& ranks) {
  if (points.dimensions == 2) {
    // In lexicographic order a front's latest member has its smallest second objective: it alone
    // decides.
    std::vector<double> lowest;
    place_in_fronts(
        points, order, ranks,
        [&](std::uint32_t front, std::size_t i) { return lowest[front] <= points[i][1]; },
        [&](std::uint32_t front, std::size_t i) {
          if (front == lowest.size()) lowest.push_back(0.0);
          lowest[front] = points[i][1];
        });
    return;
  }
  std::vector<std::vector<std::size_t>> members;
  place_in_fronts(
      points, order, ranks,
      [&](std::uint32_t front, std::size_t i) {
        // Later members are nearer in the order and more likely to dominate.
        return std::any_of(members[front].rbegin(), members[front].rend(),
                           [&](std::size_t m) { return dominates(points[m], points[i]); });
      },
      [&](std::uint32_t front, std::size_t i) {
        if (front == members.size()) members.emplace_back();
        members[front].push_back(i);
      });
}

}  // namespace

bool dominates(std::span<const double> a, std::span<const double> b) {
  bool better = false;
  for (std::size_t k = 0; k < a.size(); ++k) {
    if (a[k] > b[k]) return false;
    better = better || a[k] < b[k];
  }
  return better;
}

bool constrained_dominates(std::span<const double> a, double violation_a, std::span<const double> b,
                           double violation_b) {
  if (violation_a > 0.0 || violation_b > 0.0) return violation_a < violation_b;
  return dominates(a, b);
}

std::vector<std::uint32_t> non_dominated_ranks(const Points& points,
                                               std::span<const double> violations) {
  assert(violations.empty() || violations.size() == points.size());
  std::vector<std::uint32_t> ranks(points.size());
  std::vector<std::size_t> feasible;
  std::vector<std::size_t> infeasible;
  for (std::size_t i = 0; i < points.size(); ++i) {
    (violations.empty() || violations[i] <= 0.0 ? feasible : infeasible).push_back(i);
  }
  feasible = lexicographic_order(points, std::move(feasible));
  rank_feasible(points, feasible, ranks);

  std::uint32_t next = 0;
  for (const std::size_t i : feasible) next = std::max(next, ranks[i] + 1);
  std::ranges::stable_sort(infeasible, {}, [&](std::size_t i) { return violations[i]; });
  for (std::size_t position = 0; position < infeasible.size(); ++position) {
    const bool tie =
        position > 0 && !(violations[infeasible[position - 1]] < violations[infeasible[position]]);
    ranks[infeasible[position]] = tie ? next - 1 : next++;
  }
  return ranks;
}

std::vector<double> crowding_distances(const Points& points, std::span<const std::size_t> front) {
  std::vector<double> distances(front.size());
  std::vector<std::size_t> order(front.size());
  for (std::size_t k = 0; k < points.dimensions; ++k) {
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {},
                             [&](std::size_t position) { return points[front[position]][k]; });
    if (order.empty()) continue;
    const double range = points[front[order.back()]][k] - points[front[order.front()]][k];
    // A flat objective has no spread; it must not divide by zero nor favour its end points.
    if (!(range > 0.0)) continue;
    distances[order.front()] = kInfinity;
    distances[order.back()] = kInfinity;
    for (std::size_t j = 1; j + 1 < order.size(); ++j) {
      distances[order[j]] +=
          (points[front[order[j + 1]]][k] - points[front[order[j - 1]]][k]) / range;
    }
  }
  return distances;
}

std::vector<std::size_t> non_dominated(const Points& points) {
  std::vector<std::size_t> all(points.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  std::vector<std::size_t> kept;
  for (const std::size_t i : lexicographic_order(points, std::move(all))) {
    const bool beaten = std::ranges::any_of(kept, [&](std::size_t k) {
      return equal(points[k], points[i]) || dominates(points[k], points[i]);
    });
    if (!beaten) kept.push_back(i);
  }
  std::ranges::sort(kept);
  return kept;
}

}  // namespace quarry::search
