#include "search/algorithms/surrogate.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/support/spaces.hpp"

namespace quarry::search {
namespace {

// Not among the measured.
const std::vector<Genome> kUnknown = {{2, 0, 1}, {0, 2, 2}};

// First objective: a formula. Second: 10 times the first gene, to be learned. One bound to be
// learned: the second gene at most 1.
struct Learned {
  SearchSpace space = test::flat_space({3, 3, 3});
  Problem problem{.space = &space, .objectives = 2};
  SeenGenomes seen;
  Population measured;

  Learned() {
    problem.exact = {[](const Genome& genome) { return static_cast<double>(genome[2]); }, nullptr};
    problem.bounds = {{}};
    Rng rng(1);
    while (measured.size() < 20) {
      const Genome genome = space.random(rng);
      if (std::ranges::find(kUnknown, genome) != kUnknown.end()) continue;
      const auto [number, is_new] = seen.add(genome);
      if (!is_new) continue;
      const double margin = static_cast<double>(genome[1]) - 1.0;
      measured.add({.trial = number, .genome = number},
                   std::vector<double>{static_cast<double>(genome[2]), 10.0 * genome[0]},
                   std::max(margin, 0.0), std::vector<double>{margin});
    }
  }

  Candidates predict(const std::string& predictor, double optimism) const {
    Surrogate surrogate(problem, predictor, 100);
    surrogate.train(measured, seen);
    Candidates predicted(2);
    surrogate.predict(kUnknown, optimism, predicted);
    return predicted;
  }
};

TEST_CASE("a formula is computed, an objective and a bound without one are learned") {
  const Candidates predicted = Learned().predict("ridge", 0.0);
  CHECK(predicted.objectives[0][0] == 1.0);
  CHECK(predicted.objectives[0][1] == Approx(20).margin(0.1));
  CHECK(predicted.violations[0] == 0.0);
  CHECK(predicted.violations[1] == Approx(1).margin(0.1));
}

TEST_CASE("optimism lowers what is predicted and never what is computed") {
  const Learned learned;
  const Candidates mean = learned.predict("gaussian_process", 0.0);
  const Candidates better = learned.predict("gaussian_process", 2.0);
  CHECK(better.objectives[0][0] == mean.objectives[0][0]);
  CHECK(better.objectives[0][1] < mean.objectives[0][1]);
  CHECK(better.violations[1] < mean.violations[1]);
}

TEST_CASE("auto learns with the predictor that cross-validation likes best") {
  CHECK(Learned().predict("auto", 0.0).objectives[0][1] == Approx(20).margin(0.5));
}

}  // namespace
}  // namespace quarry::search
