// Tested by tests/search/population_test.cpp.
#include "search/algorithms/population.hpp"

#include <cassert>

namespace quarry::search {

void Population::add(const Member& member, std::span<const double> point, double violation,
                     std::span<const double> margin) {
  assert(empty() || (point.size() == objectives.dimensions && margin.size() == margins.dimensions));
  members.push_back(member);
  objectives.dimensions = point.size();
  objectives.add(point);
  violations.push_back(violation);
  margins.dimensions = margin.size();
  margins.add(margin);
}

void Population::append(const Population& more) {
  const auto extend = [](auto& values, const auto& others) {
    values.insert(values.end(), others.begin(), others.end());
  };
  if (more.empty()) return;
  extend(members, more.members);
  objectives.dimensions = more.objectives.dimensions;
  extend(objectives.values, more.objectives.values);
  extend(violations, more.violations);
  margins.dimensions = more.margins.dimensions;
  extend(margins.values, more.margins.values);
}

void Population::keep(std::span<const std::size_t> order) {
  const auto kept = [&](const Points& points) {
    Points some(points.dimensions);
    some.values.resize(order.size() * points.dimensions);
    for (std::size_t i = 0, to = 0; i < order.size(); ++i) {
      for (std::size_t k = 0; k < points.dimensions; ++k, ++to)
        some.values[to] = points.values[order[i] * points.dimensions + k];
    }
    return some;
  };
  members = picked(members, order);
  objectives = kept(objectives);
  violations = picked(violations, order);
  margins = kept(margins);
}

std::vector<std::size_t> best_first(const Population& population, std::size_t count) {
  Ranking ranking;
  RankingScratch scratch;
  rank_and_crowd(population.objectives, population.violations, scratch, ranking);
  const auto& [ranks, crowding] = ranking;
  std::vector<std::size_t> order = indices(population.size());
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    return ranks[a] != ranks[b] ? ranks[a] < ranks[b] : crowding[a] > crowding[b];
  });
  if (order.size() > count) order.resize(count);
  return order;
}

std::vector<std::size_t> survivors(const Ranking& ranking, std::size_t count) {
  const auto& [ranks, crowding] = ranking;
  std::vector<std::size_t> begins;  // of each front in the order
  for (const std::uint32_t rank : ranks) {
    if (rank + 2 > begins.size()) begins.resize(rank + 2);
    ++begins[rank + 1];
  }
  for (std::size_t r = 1; r < begins.size(); ++r) begins[r] += begins[r - 1];
  std::vector<std::size_t> next = begins;
  std::vector<std::size_t> order(ranks.size());
  for (std::size_t i = 0; i < ranks.size(); ++i) order[next[ranks[i]]++] = i;
  if (order.size() <= count) return order;
  const std::uint32_t cut = ranks[order[count]];
  const auto first = order.begin() + static_cast<std::ptrdiff_t>(begins[cut]);
  const auto last = order.begin() + static_cast<std::ptrdiff_t>(begins[cut + 1]);
  std::stable_sort(first, last,
                   [&](std::size_t a, std::size_t b) { return crowding[a] > crowding[b]; });
  order.resize(count);
  return order;
}

}  // namespace quarry::search
