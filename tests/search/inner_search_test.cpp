#include "search/algorithms/inner_search.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "tests/support/spaces.hpp"

namespace quarry::search {
namespace {

Candidates candidates_at(const std::vector<std::vector<double>>& points) {
  Candidates candidates(points.front().size());
  for (const std::vector<double>& point : points) {
    candidates.genomes.push_back({static_cast<Choice>(candidates.size())});
    candidates.objectives.add(point);
    candidates.violations.push_back(0.0);
  }
  return candidates;
}

TEST_CASE("the batch is chosen for the hypervolume that each adds to the front and those before") {
  // Beside the measured (0, 9) and (9, 0): the middle covers most, its neighbour then little.
  const Candidates candidates = candidates_at({{5, 5}, {4.9, 5.2}, {1, 8}, {4, 4.5}});
  Points front(2);
  front.add(std::vector<double>{0, 9});
  front.add(std::vector<double>{9, 0});
  CHECK(choose_batch(candidates, {}, front, 2) == std::vector<std::size_t>{3, 2});
}

TEST_CASE("what was seen is not chosen again, and the infeasible come last") {
  Candidates candidates = candidates_at({{1, 1}, {2, 2}, {0, 0}});
  candidates.violations[2] = 0.5;
  SeenGenomes seen;
  seen.insert({0});
  CHECK(choose_batch(candidates, seen, Points(2), 5) == std::vector<std::size_t>{1, 2});
}

TEST_CASE("with one objective the batch is the best predicted, best first") {
  const Candidates candidates = candidates_at({{3}, {1}, {2}, {4}});
  CHECK(choose_batch(candidates, {}, Points(1), 3) == std::vector<std::size_t>{1, 2, 0});
}

TEST_CASE("an inner search looks at its seeds first and at no network twice") {
  const SearchSpace space = test::depth_space(5, 4);
  const Problem problem{.space = &space, .objectives = 1};
  const auto predict = [](std::span<const Genome> genomes, Candidates& predicted) {
    for (const Genome& genome : genomes) {
      predicted.genomes.push_back(genome);
      predicted.objectives.add(std::vector<double>{-static_cast<double>(genome[0] + genome[1])});
      predicted.violations.push_back(0.0);
    }
  };
  const Candidates found = inner_search(problem, {.population = 20, .evaluations = 300},
                                        {{0, 0, 0, 0, 0, 0}}, 1, predict);
  CHECK(found.genomes.front() == Genome{0, 0, 0, 0, 0, 0});
  CHECK(std::set<Genome>(found.genomes.begin(), found.genomes.end()).size() == found.size());
  CHECK(*std::ranges::min_element(found.objectives.values) == -7.0);
}

TEST_CASE("the feasible front leaves out infeasible and dominated members") {
  Population measured;
  measured.add({}, std::vector<double>{1, 1}, 0.2, {});
  measured.add({}, std::vector<double>{2, 3}, 0.0, {});
  measured.add({}, std::vector<double>{3, 2}, 0.0, {});
  measured.add({}, std::vector<double>{3, 3}, 0.0, {});
  CHECK(feasible_front(measured) == std::vector<std::size_t>{1, 2});
  CHECK(feasible_front({}).empty());
}

}  // namespace
}  // namespace quarry::search
