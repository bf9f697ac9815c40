// What every problem of the search benchmark promises, checked for all that need no ../shared.
#include <algorithm>
#include <catch2/catch.hpp>

#include "search/pareto/dominance.hpp"
#include "search/pareto/hypervolume.hpp"
#include "tests/support/mini_spaces.hpp"

namespace quarry::bench {
namespace {

using search::dominates;
using search::Genome;

const std::vector<BenchProblem>& every_problem() {
  static const std::vector<BenchProblem> problems = [] {
    std::vector<BenchProblem> all = classic_problems();
    for (const BenchProblem& problem : test::mini_spaces()) all.push_back(problem);
    return all;
  }();
  return problems;
}

TEST_CASE("benchmark problems have names of their own") {
  std::vector<std::string> names;
  for (const BenchProblem& problem : every_problem()) names.push_back(problem.name);
  CHECK(names == std::vector<std::string>{"lotz", "oneminmax", "zdt5", "zdt1", "zdt2", "zdt3",
                                          "zdt4", "zdt6", "dtlz2", "dtlz7", "c2-dtlz2", "ctp1",
                                          "mini_space", "mini_space_quantized"});
}

TEST_CASE("a benchmark problem answers every objective and every bound") {
  for (const BenchProblem& problem : every_problem()) {
    INFO(problem.name);
    const Answer answer = problem.evaluate(Genome(problem.space->size(), 0));
    CHECK(answer.succeeded);
    CHECK(answer.objectives.size() == problem.objectives);
    CHECK(answer.margins.size() == problem.bounds.size());
    CHECK(problem.exact.size() == problem.objectives);
    CHECK(problem.reference.size() == problem.objectives);
    CHECK(problem.front.dimensions == problem.objectives);
  }
}

TEST_CASE("objectives of benchmark problems with a formula are what is then measured") {
  for (const BenchProblem& problem : every_problem()) {
    search::Rng rng(1);
    for (int i = 0; i < 20; ++i) {
      const Genome genome = problem.space->random(rng);
      const Answer answer = problem.evaluate(genome);
      for (std::size_t k = 0; k < problem.objectives; ++k) {
        if (problem.exact[k]) CHECK(problem.exact[k](genome) == answer.objectives[k]);
      }
    }
  }
}

TEST_CASE("no two points of a true front are equal and none dominates another") {
  for (const BenchProblem& problem : every_problem()) {
    INFO(problem.name);
    bool holds = problem.front.size() > 0;
    for (std::size_t a = 0; a < problem.front.size(); ++a) {
      for (std::size_t b = 0; b < a; ++b) {
        holds = holds && !std::ranges::equal(problem.front[a], problem.front[b]) &&
                !dominates(problem.front[a], problem.front[b]) &&
                !dominates(problem.front[b], problem.front[a]);
      }
    }
    CHECK(holds);
  }
}

TEST_CASE("no random feasible genome lies beyond a true front") {
  for (const BenchProblem& problem : every_problem()) {
    INFO(problem.name);
    search::Rng rng(2);
    for (int i = 0; i < 200; ++i) {
      const Answer answer = problem.evaluate(problem.space->random(rng));
      if (search::violation(answer.margins) > 0.0) continue;
      bool covered = false;
      for (std::size_t f = 0; f < problem.front.size() && !covered; ++f) {
        covered = dominates(problem.front[f], answer.objectives) ||
                  std::ranges::equal(problem.front[f], answer.objectives);
      }
      CHECK(covered);
    }
  }
}

TEST_CASE("seeds of benchmark problems are canonical and distinct") {
  for (const BenchProblem& problem : every_problem()) {
    std::vector<Genome> seeds = problem.seeds;
    for (const Genome& seed : seeds) {
      CHECK(problem.space->contains(seed));
      CHECK(problem.space->canonical(seed) == seed);
    }
    std::ranges::sort(seeds);
    CHECK(std::ranges::adjacent_find(seeds) == seeds.end());
  }
}

TEST_CASE("a front is the non-dominated points, one of equals, and the best hypervolume is its") {
  BenchProblem problem;
  problem.reference = {4.0, 4.0};
  search::Points points(2);
  for (const auto& point : {std::vector{1.0, 3.0}, {3.0, 3.0}, {3.0, 1.0}, {1.0, 3.0}})
    points.add(point);
  set_front(problem, points);
  CHECK(problem.front.values == std::vector{1.0, 3.0, 3.0, 1.0});
  CHECK(problem.best_hypervolume == 5.0);
}

TEST_CASE("an integer space has one ordinal gene per entry with so many choices") {
  const auto space = integer_space(std::vector<std::size_t>{2, 11});
  CHECK(space->size() == 2);
  CHECK(space->genes()[1].kind == search::GeneKind::kOrdinal);
  CHECK(space->genes()[1].choices.back() == search::Value(std::int64_t{10}));
  CHECK(space->canonical_size() == 22.0);
}

}  // namespace
}  // namespace quarry::bench
