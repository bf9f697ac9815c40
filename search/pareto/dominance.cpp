// Tested by tests/search/dominance_test.cpp, against brute force on random point sets.
#include "search/pareto/dominance.hpp"

#include <algorithm>
#include <cassert>

#include "search/pareto/fronts.hpp"

namespace quarry::search {
namespace {

bool equal(std::span<const double> a, std::span<const double> b) {
  return std::ranges::equal(a, b);
}

template <typename Fronts>
std::uint32_t rank_in_order(const Points& points, std::span<const SortKey> order, Fronts fronts,
                            std::vector<std::uint32_t>& ranks) {
  for (std::size_t position = 0; position < order.size(); ++position) {
    const std::uint32_t i = order[position].index;
    if (position > 0 && equal(points[i], points[order[position - 1].index])) {
      ranks[i] = ranks[order[position - 1].index];
      continue;
    }
    const std::uint32_t front = fronts.first_to_take(i);
    fronts.join(front, i);
    ranks[i] = front;
  }
  return fronts.count();
}

template <typename Fronts>
std::vector<std::size_t> first_front(std::span<const SortKey> order, Fronts fronts) {
  std::vector<std::size_t> members;
  for (const SortKey& key : order) {
    if (fronts.count() > 0 && fronts.beats(0, key.index)) continue;
    fronts.join(0, key.index);
    members.push_back(key.index);
  }
  return members;
}

// Calls work with the kind of fronts that suits the number of objectives.
template <typename Work>
auto with_fronts(const Points& points, RankingScratch& scratch, Work work) {
  if (points.dimensions == 2) return work(LowestOfFronts(points, scratch));
  if (points.dimensions == 3) return work(StairsOfFronts(points, scratch));
  return work(MembersOfFronts(points, scratch));
}

// Feasible points first, in lexicographic order, then the others by violation, in scratch.order.
// Returns the number of fronts.
std::uint32_t rank(const Points& points, std::span<const double> violations,
                   RankingScratch& scratch, std::vector<std::uint32_t>& ranks) {
  assert(violations.empty() || violations.size() == points.size());
  ranks.resize(points.size());
  scratch.order.resize(points.size());
  std::size_t feasible = 0;
  std::size_t infeasible = points.size();
  for (std::size_t i = points.size(); i-- > 0;) {
    if (violations.empty() || violations[i] <= 0.0) continue;
    scratch.order[--infeasible] = {violations[i], static_cast<std::uint32_t>(i)};
  }
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (violations.empty() || violations[i] <= 0.0)
      scratch.order[feasible++] = {0.0, static_cast<std::uint32_t>(i)};
  }
  const std::span<SortKey> order = scratch.order;
  const std::span<SortKey> front = order.first(feasible);
  sort_lexicographically(points, front, scratch.spare);
  std::uint32_t fronts = with_fronts(points, scratch, [&](auto kind) {
    return rank_in_order(points, front, std::move(kind), ranks);
  });
  const std::span<SortKey> behind = order.subspan(feasible);
  sort_stably(behind, scratch.spare);
  for (std::size_t position = 0; position < behind.size(); ++position) {
    const bool tie = position > 0 && !(behind[position - 1].value < behind[position].value);
    if (!tie) ++fronts;
    ranks[behind[position].index] = fronts - 1;
  }
  return fronts;
}

// keys: one front in the order of one objective.
void add_gaps(std::span<const SortKey> keys, std::span<double> distances) {
  const double range = keys.back().value - keys.front().value;
  // A flat objective has no spread; it must not divide by zero nor favour its end points. A range
  // beyond the largest double cannot be divided by either.
  if (!(range > 0.0 && range < kInfinity)) return;
  distances[keys.front().index] = kInfinity;
  distances[keys.back().index] = kInfinity;
  for (std::size_t j = 1; j + 1 < keys.size(); ++j)
    distances[keys[j].index] += (keys[j + 1].value - keys[j - 1].value) / range;
}

// A front of two objectives that is sorted by the first is sorted by the second backwards; only
// equal points stay in their order.
void crowd_sorted_pairs(const Points& points, std::span<const SortKey> front,
                        std::vector<SortKey>& keys, std::span<double> distances) {
  keys.assign(front.begin(), front.end());
  for (SortKey& key : keys) key.value = points[key.index][0];
  add_gaps(keys, distances);
  std::size_t filled = 0;
  for (std::size_t end = front.size(); end > 0;) {
    const double second = points[front[end - 1].index][1];
    std::size_t begin = end - 1;
    while (begin > 0 && !(points[front[begin - 1].index][1] > second)) --begin;
    for (std::size_t j = begin; j < end; ++j) keys[filled++] = {second, front[j].index};
    end = begin;
  }
  add_gaps(keys, distances);
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
  RankingScratch scratch;
  std::vector<std::uint32_t> ranks;
  rank(points, violations, scratch, ranks);
  return ranks;
}

std::vector<double> crowding_distances(const Points& points, std::span<const std::size_t> front) {
  std::vector<double> distances(front.size());
  if (front.empty()) return distances;
  std::vector<SortKey> keys(front.size());
  std::vector<SortKey> spare;
  for (std::size_t k = 0; k < points.dimensions; ++k) {
    for (std::size_t j = 0; j < front.size(); ++j)
      keys[j] = {points[front[j]][k], static_cast<std::uint32_t>(j)};
    sort_stably(keys, spare);
    add_gaps(keys, distances);
  }
  return distances;
}

void rank_and_crowd(const Points& points, std::span<const double> violations,
                    RankingScratch& scratch, Ranking& ranking) {
  const std::uint32_t fronts = rank(points, violations, scratch, ranking.ranks);
  ranking.crowding.assign(points.size(), 0.0);
  // Counting sort by rank. Two objectives keep the order that they were ranked in, others go by
  // index, as crowding_distances breaks ties.
  scratch.ends.assign(fronts + 1, 0);
  for (const std::uint32_t rank : ranking.ranks) ++scratch.ends[rank + 1];
  for (std::uint32_t front = 0; front < fronts; ++front)
    scratch.ends[front + 1] += scratch.ends[front];
  scratch.by_rank.resize(points.size());
  const bool pairs = points.dimensions == 2;
  for (std::uint32_t i = 0; i < points.size(); ++i) {
    const std::uint32_t index = pairs ? scratch.order[i].index : i;
    scratch.by_rank[scratch.ends[ranking.ranks[index]]++] = {0.0, index};
  }
  std::uint32_t begin = 0;
  for (std::uint32_t rank = 0; rank < fronts; ++rank) {
    const std::uint32_t end = scratch.ends[rank];
    const std::span<SortKey> front = std::span(scratch.by_rank).subspan(begin, end - begin);
    begin = end;
    if (front.size() < 2) continue;
    if (pairs && (violations.empty() || violations[front.front().index] <= 0.0)) {
      crowd_sorted_pairs(points, front, scratch.keys, ranking.crowding);
      continue;
    }
    for (std::size_t k = 0; k < points.dimensions; ++k) {
      scratch.keys.assign(front.begin(), front.end());
      for (SortKey& key : scratch.keys) key.value = points[key.index][k];
      sort_stably(scratch.keys, scratch.spare);
      add_gaps(scratch.keys, ranking.crowding);
    }
  }
}

std::vector<std::size_t> non_dominated(const Points& points) {
  RankingScratch scratch;
  for (std::uint32_t i = 0; i < points.size(); ++i) scratch.order.push_back({0.0, i});
  sort_lexicographically(points, scratch.order, scratch.spare);
  std::vector<std::size_t> members = with_fronts(
      points, scratch, [&](auto fronts) { return first_front(scratch.order, std::move(fronts)); });
  std::ranges::sort(members);
  return members;
}

}  // namespace quarry::search
