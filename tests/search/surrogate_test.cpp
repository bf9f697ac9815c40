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

TEST_CASE("of what has a prior only the rest is learned") {
  Learned learned;
  // All but a constant is known, of the objective and of the bound; two rows teach the constant.
  learned.problem.prior = {nullptr, [](const Genome& genome) { return 10.0 * genome[0] - 5.0; }};
  learned.problem.bounds[0].prior = [](const Genome& genome) {
    return static_cast<double>(genome[1]) - 3.0;
  };
  learned.measured.keep(std::vector<std::size_t>{0, 1});
  const Candidates predicted = learned.predict("ridge", 0.0);
  CHECK(predicted.objectives[0][1] == Approx(20));
  CHECK(predicted.objectives[1][1] == Approx(0).margin(1e-9));
  CHECK(predicted.violations[0] == 0.0);
  CHECK(predicted.violations[1] == Approx(1));
}

TEST_CASE("auto learns with the predictor that cross-validation likes best") {
  CHECK(Learned().predict("auto", 0.0).objectives[0][1] == Approx(20).margin(0.5));
}

TEST_CASE("predictors are fitted anew when the rows have grown by an eighth") {
  const SearchSpace space = test::flat_space({4, 5});
  const Problem problem{.space = &space, .objectives = 1};
  Surrogate surrogate(problem, "ridge", 100);
  SeenGenomes seen;
  Population measured;
  const auto add_until = [&](std::size_t count) {
    for (std::size_t i = measured.size(); i < count; ++i) {
      const Genome genome = {static_cast<Choice>(i % 4), static_cast<Choice>(i / 4)};
      measured.add({.trial = i, .genome = seen.add(genome).first},
                   std::vector<double>{static_cast<double>(i * i % 7)}, 0.0, {});
    }
    surrogate.train(measured, seen);
    // Ridge keeps its deviation until it is fitted anew.
    return surrogate.believe(std::vector<Genome>{{3, 4}}).objective_deviations[0][0];
  };
  const double first = add_until(16);
  CHECK(add_until(17) == first);
  const double anew = add_until(18);
  CHECK(anew != first);
  CHECK(add_until(20) == anew);
}

TEST_CASE("of too many rows the best are learned from, the feasible before the others") {
  const SearchSpace space = test::flat_space({3, 3});
  const Problem problem{.space = &space, .objectives = 1};
  SeenGenomes seen;
  Population measured;
  for (std::size_t i = 0; i < 8; ++i) {
    const Genome genome = {static_cast<Choice>(i % 3), static_cast<Choice>(i / 3)};
    // Four are good; of the others two are worse and two better but infeasible.
    const double value = i % 2 == 1 ? 5.0 : i < 4 ? 20.0 : 1.0;
    measured.add({.trial = i, .genome = seen.add(genome).first}, std::vector<double>{value},
                 value < 5.0 ? 0.5 : 0.0, {});
  }
  Surrogate surrogate(problem, "ridge", 4);
  surrogate.train(measured, seen);
  CHECK(surrogate.believe(std::vector<Genome>{{2, 2}}).objectives[0][0] == 5.0);
}

}  // namespace
}  // namespace quarry::search
