// What the families of benchmark problems share. Tested by tests/search/bench_problems_test.cpp.
#include "tests/bench/search/bench_problem.hpp"

#include "search/pareto/dominance.hpp"
#include "search/pareto/hypervolume.hpp"

namespace quarry::bench {

void set_front(BenchProblem& problem, const search::Points& points) {
  problem.front = search::Points(points.dimensions);
  for (const std::size_t i : search::non_dominated(points)) problem.front.add(points[i]);
  problem.best_hypervolume = search::hypervolume(problem.front, problem.reference);
}

}  // namespace quarry::bench
