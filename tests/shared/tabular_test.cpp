// The FlexiBERT table against figures of ../shared/spec/reference.md section 7 and rows of the
// file.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/bench/search/bench_problem.hpp"

namespace quarry::bench {
namespace {

using search::Choice;
using search::Genome;

// How many of four layers have 4 heads, hidden size 256, weighted similarity, 1024 neurons or more,
// 2048.
Genome four_layers(Choice heads, Choice hidden, Choice weighted, Choice wide, Choice widest) {
  Genome genome(15, 0);
  genome[0] = 1;
  std::ranges::copy(std::vector{heads, hidden, weighted, wide}, genome.begin() + 7);
  if (wide > 0) genome[10 + wide] = widest;
  return genome;
}

TEST_CASE("the FlexiBERT space has the 2037 models of the library and 660 legal ones") {
  const auto problem = flexibert_problem();
  if (!problem) return;
  CHECK(problem->space->size() == 15);
  CHECK(problem->space->canonical_size() == 2037.0);
  CHECK(problem->legal.size() == 660);
  CHECK(std::ranges::is_sorted(problem->legal));
  CHECK(std::ranges::adjacent_find(problem->legal) == problem->legal.end());
}

TEST_CASE("every legal FlexiBERT genome is canonical and answered within the published range") {
  const auto problem = flexibert_problem();
  if (!problem) return;
  double least = 1.0;
  double most = 0.0;
  for (const Genome& genome : problem->legal) {
    CHECK(problem->space->contains(genome));
    CHECK(problem->space->canonical(genome) == genome);
    const double score = 1.0 - problem->evaluate(genome).objectives.at(0);
    least = std::min(least, score);
    most = std::max(most, score);
  }
  CHECK(least == Approx(0.5722130697419).epsilon(1e-13));
  CHECK(most == Approx(0.8350723045945451).epsilon(1e-13));
}

TEST_CASE("FlexiBERT genomes mean the models they are the counts of") {
  const auto problem = flexibert_problem();
  if (!problem) return;
  const auto score = [&](const Genome& genome) {
    return 1.0 - problem->evaluate(genome).objectives.at(0);
  };
  // Two layers, everything at its least: the library's first model.
  CHECK(score(Genome(15, 0)) == Approx(0.7913234486545854).epsilon(1e-13));
  // The best: heads 4, hidden 256, sdp, 1024 in all four layers.
  CHECK(score(four_layers(4, 4, 0, 4, 0)) == Approx(0.8350723045945451).epsilon(1e-13));
  // The worst: heads 4, hidden 128 256 256 256, sdp sdp sdp wma, 512 512 512 2048.
  CHECK(score(four_layers(4, 3, 1, 1, 1)) == Approx(0.5722130697419).epsilon(1e-13));
}

TEST_CASE("a FlexiBERT model without a measured score fails") {
  const auto problem = flexibert_problem();
  if (!problem) return;
  search::Rng rng(3);
  Genome genome = problem->space->random(rng);
  while (std::ranges::binary_search(problem->legal, genome)) genome = problem->space->random(rng);
  const Answer answer = problem->evaluate(genome);
  CHECK_FALSE(answer.succeeded);
  CHECK(answer.objectives.empty());
}

TEST_CASE("the best FlexiBERT score is the whole front") {
  const auto problem = flexibert_problem();
  if (!problem) return;
  CHECK(problem->front.dimensions == 1);
  CHECK(problem->front.size() == 1);
  CHECK(1.0 - problem->front[0][0] == Approx(0.8350723045945451).epsilon(1e-13));
  CHECK(problem->best_hypervolume == Approx(0.0850723045945451).epsilon(1e-12));
}

}  // namespace
}  // namespace quarry::bench
