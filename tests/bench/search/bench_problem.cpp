// What the families of benchmark problems share. Tested by tests/search/bench_problems_test.cpp.
#include "tests/bench/search/bench_problem.hpp"

#include "search/pareto/dominance.hpp"
#include "search/pareto/hypervolume.hpp"

namespace quarry::bench {

std::shared_ptr<const search::SearchSpace> integer_space(std::span<const std::size_t> levels) {
  std::vector<search::Gene> genes;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    search::Gene gene{.name = "x[" + std::to_string(i) + "]", .kind = search::GeneKind::kOrdinal};
    for (std::size_t level = 0; level < levels[i]; ++level)
      gene.choices.emplace_back(static_cast<std::int64_t>(level));
    genes.push_back(std::move(gene));
  }
  const search::Parameter x{.name = "x", .first_gene = 0, .count = levels.size(), .is_list = true};
  return std::make_shared<const search::SearchSpace>(std::move(genes), std::vector{x});
}

void set_front(BenchProblem& problem, const search::Points& points) {
  problem.front = search::Points(points.dimensions);
  for (const std::size_t i : search::non_dominated(points)) problem.front.add(points[i]);
  problem.best_hypervolume = search::hypervolume(problem.front, problem.reference);
}

std::vector<BenchProblem> classic_problems() {
  std::vector<BenchProblem> problems = bit_string_problems();
  for (const auto& family : {zdt_problems(), dtlz_problems()})
    problems.insert(problems.end(), family.begin(), family.end());
  problems.push_back(ctp1_problem());
  return problems;
}

}  // namespace quarry::bench
