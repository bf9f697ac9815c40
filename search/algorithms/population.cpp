// Tested by tests/search/population_test.cpp.
#include "search/algorithms/population.hpp"

#include "search/pareto/dominance.hpp"

namespace quarry::search {

void Population::add(const Member& member, std::span<const double> point, double violation,
                     std::span<const double> margin) {
  members.push_back(member);
  objectives.dimensions = point.size();
  objectives.add(point);
  violations.push_back(violation);
  margins.dimensions = margin.size();
  margins.add(margin);
}

void Population::append(const Population& more) {
  for (std::size_t i = 0; i < more.size(); ++i)
    add(more.members[i], more.objectives[i], more.violations[i], more.margins[i]);
}

void Population::keep(std::span<const std::size_t> order) {
  Population kept;
  for (const std::size_t i : order) kept.add(members[i], objectives[i], violations[i], margins[i]);
  *this = std::move(kept);
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

}  // namespace quarry::search
