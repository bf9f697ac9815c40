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

std::vector<double> crowding_by_front(const Points& points, std::span<const std::uint32_t> ranks) {
  std::vector<std::vector<std::size_t>> fronts;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    if (ranks[i] >= fronts.size()) fronts.resize(ranks[i] + 1);
    fronts[ranks[i]].push_back(i);
  }
  std::vector<double> crowding(ranks.size());
  for (const std::vector<std::size_t>& front : fronts) {
    const std::vector<double> distances = crowding_distances(points, front);
    for (std::size_t j = 0; j < front.size(); ++j) crowding[front[j]] = distances[j];
  }
  return crowding;
}

}  // namespace quarry::search
