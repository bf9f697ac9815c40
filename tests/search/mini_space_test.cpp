// The exhaustive mini-spaces: sizes, costs by hand, and the true front by brute force.
#include <catch2/catch.hpp>
#include <set>

#include "search/pareto/hypervolume.hpp"
#include "tests/support/mini_spaces.hpp"

namespace quarry::bench {
namespace {

using search::Genome;

const BenchProblem& problem(std::size_t index) { return test::mini_spaces()[index]; }

// Every canonical genome, by canonicalising all there are.
std::set<Genome> every_genome(const search::SearchSpace& space) {
  std::set<Genome> all;
  Genome genome(space.size());
  std::size_t digit = 0;
  while (digit < genome.size()) {
    all.insert(space.canonical(genome));
    for (digit = 0; digit < genome.size(); ++digit) {
      if (++genome[digit] < space.genes()[digit].choices.size()) break;
      genome[digit] = 0;
    }
  }
  return all;
}

TEST_CASE("the mini-spaces have as many networks as they say") {
  // 3 widths times 9 + 9^2 + 9^3 + 9^4; 2 widths times 27 + 27^2 + 27^3.
  CHECK(problem(0).space->canonical_size() == 3.0 * 7380.0);
  CHECK(problem(1).space->canonical_size() == 2.0 * 20439.0);
  CHECK(every_genome(*problem(0).space).size() == 22140);
  CHECK(every_genome(*problem(1).space).size() == 40878);
}

TEST_CASE("the front of a mini-space is that of all its networks") {
  for (const std::size_t index : {0U, 1U}) {
    search::Points all(problem(index).objectives);
    std::set<std::vector<double>> answers;
    for (const Genome& genome : every_genome(*problem(index).space)) {
      all.add(problem(index).evaluate(genome).objectives);
      answers.insert(problem(index).evaluate(genome).objectives);
    }
    const search::Points& front = problem(index).front;
    for (std::size_t i = 0; i < front.size(); ++i)
      CHECK(answers.contains({front[i].begin(), front[i].end()}));
    CHECK(search::hypervolume(all, problem(index).reference) ==
          Approx(problem(index).best_hypervolume).epsilon(1e-12));
  }
}

TEST_CASE("the true fronts of the mini-spaces") {
  CHECK(problem(0).front.size() == 62);
  CHECK(problem(0).best_hypervolume == Approx(1113745.3303578203).epsilon(1e-12));
  CHECK(problem(1).front.size() == 233);
  CHECK(problem(1).best_hypervolume == Approx(345849458275.46985).epsilon(1e-12));
}

TEST_CASE("MACs and bytes of a mini-space are those of the network") {
  // 49 tokens of 64 features, 4 heads of 16, width 256; patches, 4 layers, classifier.
  const auto largest = problem(0).evaluate(problem(0).seeds[0]).objectives;
  const int layer = 4 * 49 * 64 * 64 + 2 * 49 * 49 * 64 + 2 * 49 * 64 * 256;
  CHECK(largest[1] == 49 * 16 * 64 + 4 * layer + 64 * 10);
  // Three INT8 layers: a byte a weight, scale and bias a row, 8 bytes for the input; the rest f32.
  const auto int8 = problem(1).evaluate(problem(1).seeds[1]).objectives;
  const int rows = 3 * 64 + 64 + 256 + 64;
  const int layer_bytes = 64 * rows + 3 * 64 * 64 + 8 * rows + 4 * 8 + 2 * 4 * 128;
  CHECK(int8[2] == 3 * layer_bytes + 4 * (17 * 64 + 49 * 64 + 128 + 65 * 10));
}

TEST_CASE("the synthetic accuracy of the smallest network follows from its formula") {
  // attention 1 / 2.5; feed-forward 64 / 160, of which the first layer uses 0.4; width 32 / 56.
  const double skill = (0.4 + 0.16 + 2.0 * 0.4 * 0.16) * 32.0 / 56.0;
  const double accuracy = 0.6 + 0.36 * skill / (skill + 1.2);
  CHECK(-problem(0).evaluate(problem(0).seeds[1]).objectives[0] == Approx(accuracy).epsilon(1e-14));
}

TEST_CASE("coarser weights cost accuracy and save bytes but no MACs") {
  Genome genome = problem(1).seeds[0];
  std::vector<std::vector<double>> answers;
  for (search::Choice precision = 0; precision < 3; ++precision) {
    for (std::size_t layer = 0; layer < 3; ++layer) genome[8 + layer] = precision;
    answers.push_back(problem(1).evaluate(genome).objectives);
  }
  for (std::size_t i : {1U, 2U}) {
    CHECK(answers[i][0] > answers[i - 1][0]);
    CHECK(answers[i][1] == answers[i - 1][1]);
    CHECK(answers[i][2] < answers[i - 1][2]);
  }
}

}  // namespace
}  // namespace quarry::bench
