// Known answers of the replay benchmark, from the page that describes its data.
#include <catch2/catch.hpp>
#include <iostream>

#include "tests/bench/search/bench_problem.hpp"

namespace quarry::bench {
namespace {

search::Genome genome_of(const char* kernels, const char* expands, const char* depths) {
  search::Genome genome;
  for (const char* k = kernels; *k != 0; ++k)
    genome.push_back(static_cast<search::Choice>((*k - '3') / 2));
  for (const char* e = expands; *e != 0; ++e)
    genome.push_back(static_cast<search::Choice>(*e == '6' ? 2 : *e - '3'));
  for (const char* d = depths; *d != 0; ++d)
    genome.push_back(static_cast<search::Choice>(*d - '2'));
  return genome;
}

TEST_CASE("the replay benchmark answers what was published") {
  const auto problem = replay_problem();
  if (!problem) return;
  for (const auto& [choice, ms, percent] : {std::tuple{0, 17.769056, 77.738648},
                                            {1, 37.806376, 81.729101},
                                            {2, 92.398038, 83.592778}}) {
    const search::Genome genome(45, static_cast<search::Choice>(choice));
    const Answer answer = problem->evaluate(problem->space->canonical(genome));
    CHECK(answer.objectives[0] == Approx(ms).epsilon(1e-7));
    CHECK(-answer.objectives[1] == Approx(percent).epsilon(1e-6));
  }
}

TEST_CASE("dead blocks of the replay benchmark change nothing") {
  const auto problem = replay_problem();
  if (!problem) return;
  const search::Genome some = genome_of("53335333773355733353", "33334433634344366663", "22343");
  const Answer answer = problem->evaluate(some);
  CHECK(problem->evaluate(problem->space->canonical(some)).objectives == answer.objectives);
  CHECK(problem->space->canonical_size() == Approx(2.18e19).epsilon(0.01));
}

}  // namespace
}  // namespace quarry::bench
