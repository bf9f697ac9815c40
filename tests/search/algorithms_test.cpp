// How well the algorithms search, on a problem with the shape of an elastic supernet and an answer
// in microseconds. Seeds are fixed; these are orderings that must hold, not benchmarks.
#include <catch2/catch.hpp>
#include <cmath>

#include "search/algorithms/registry.hpp"
#include "search/pareto/hypervolume.hpp"
#include "tests/support/spaces.hpp"

namespace quarry::search {
namespace {

// Cost grows with living widths; error falls with them, by layers that matter to different degrees.
ObjectiveVector evaluate(const SearchSpace& space, const Genome& genome) {
  const std::vector<bool> alive = space.alive(genome);
  double cost = 0;
  double skill = 0;
  for (std::size_t i = 1; i < genome.size(); ++i) {
    if (!alive[i]) continue;
    cost += 1 + genome[i];
    skill += std::sqrt(1.0 + genome[i]) * (i % 3 == 1 ? 2.0 : 0.5);
  }
  return {cost, 100.0 / (1.0 + skill)};
}

double hypervolume_after(const std::string& name, std::size_t evaluations, std::uint64_t seed) {
  const SearchSpace space = test::depth_space(12, 5);
  const AlgorithmEntry* entry = find_algorithm(name);
  // As in every study, the ends of the space are measured first.
  Problem problem{.space = &space, .objectives = 2, .exact = {nullptr, nullptr}};
  problem.seeds = {Genome(13, 0), Genome(13, 4)};
  problem.seeds[1][0] = 11;
  OptionValues options = OptionValues::defaults(entry->options);
  if (name == "linas") options.set("inner/evaluations", std::int64_t{2000});
  if (name == "nsga2") options.set("population", std::int64_t{20});
  const auto algorithm = entry->make(problem, options, seed);
  Points points(2);
  for (std::size_t number = 0; number < evaluations; ++number) {
    const Proposal proposal = algorithm->ask(1).front();
    const Trial trial{.number = number,
                      .genome = proposal.genome,
                      .succeeded = true,
                      .objectives = evaluate(space, proposal.genome)};
    points.add(trial.objectives);
    algorithm->tell(std::span(&trial, 1));
  }
  return hypervolume(points, std::vector<double>{61.0, 100.0});
}

double mean_hypervolume(const std::string& name, std::size_t evaluations) {
  double total = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed)
    total += hypervolume_after(name, evaluations, seed) / 5;
  return total;
}

TEST_CASE("at 200 evaluations linas finds more than nsga2, and nsga2 more than random") {
  const double random = mean_hypervolume("random", 200);
  const double nsga2 = mean_hypervolume("nsga2", 200);
  const double linas = mean_hypervolume("linas", 200);
  INFO("random " << random << ", nsga2 " << nsga2 << ", linas " << linas);
  CHECK(nsga2 > random);
  CHECK(linas > nsga2);
}

TEST_CASE("linas with 100 evaluations finds more than random with 1000") {
  CHECK(mean_hypervolume("linas", 100) > mean_hypervolume("random", 1000));
}

TEST_CASE("an objective with a formula is computed, never predicted") {
  const SearchSpace space = test::depth_space(6, 4);
  const AlgorithmEntry* entry = find_algorithm("linas");
  std::size_t computed = 0;
  Problem problem{.space = &space, .objectives = 2};
  problem.exact = {[&](const Genome& genome) {
                     ++computed;
                     return evaluate(space, genome)[0];
                   },
                   nullptr};
  OptionValues options = OptionValues::defaults(entry->options);
  options.set("population", std::int64_t{10});
  options.set("inner/evaluations", std::int64_t{500});
  const auto algorithm = entry->make(problem, options, 1);
  for (std::size_t number = 0; number < 30; ++number) {
    const Proposal proposal = algorithm->ask(1).front();
    const ObjectiveVector objectives = evaluate(space, proposal.genome);
    if (!proposal.origin.predicted.empty()) CHECK(proposal.origin.predicted[0] == objectives[0]);
    const Trial trial{
        .number = number, .genome = proposal.genome, .succeeded = true, .objectives = objectives};
    algorithm->tell(std::span(&trial, 1));
  }
  CHECK(computed >= 500);
}

}  // namespace
}  // namespace quarry::search
