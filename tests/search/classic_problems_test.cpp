// Known answers of the classic benchmark problems. Hypervolumes were computed a second time from
// the papers' formulas by a program that shares no code with these.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>

#include "tests/bench/search/bench_problem.hpp"

namespace quarry::bench {
namespace {

using search::Choice;
using search::Genome;

const BenchProblem& problem(const std::string& name) {
  static const std::vector<BenchProblem> problems = classic_problems();
  return *std::ranges::find(problems, name, &BenchProblem::name);
}

Genome bits(const std::string& text) {
  Genome genome;
  for (const char bit : text) genome.push_back(static_cast<Choice>(bit - '0'));
  return genome;
}

// First choices, then one choice for all the rest.
Genome integers(std::vector<Choice> first, Choice rest) {
  first.resize(30, rest);
  return first;
}

std::vector<double> evaluate(const std::string& name, const Genome& genome) {
  return problem(name).evaluate(genome).objectives;
}

// Whether every point of the front is the answer to one of the genomes, and feasible.
bool attains_front(const std::string& name, const std::vector<Genome>& genomes) {
  search::Points attained(problem(name).objectives);
  for (const Genome& genome : genomes) {
    const Answer answer = problem(name).evaluate(genome);
    if (search::violation(answer.margins) <= 0.0) attained.add(answer.objectives);
  }
  const search::Points& front = problem(name).front;
  for (std::size_t f = 0; f < front.size(); ++f) {
    bool found = false;
    for (std::size_t a = 0; a < attained.size() && !found; ++a)
      found = std::ranges::equal(front[f], attained[a]);
    if (!found) return false;
  }
  return true;
}

void check_front(const std::string& name, std::size_t points, double hypervolume) {
  INFO(name);
  CHECK(problem(name).front.size() == points);
  CHECK(problem(name).best_hypervolume == Approx(hypervolume).epsilon(1e-13));
}

TEST_CASE("LOTZ counts leading ones and trailing zeros") {
  const std::string middle(24, '1');
  CHECK(evaluate("lotz", bits("111000" + std::string(24, '0'))) == std::vector{-3.0, -27.0});
  CHECK(evaluate("lotz", bits("110" + middle + "000")) == std::vector{-2.0, -3.0});
  CHECK(evaluate("lotz", bits("011" + middle + "001")) == std::vector{0.0, 0.0});
}

TEST_CASE("OneMinMax counts ones and zeros wherever they are") {
  CHECK(evaluate("oneminmax", bits("0101" + std::string(26, '0'))) == std::vector{-2.0, -28.0});
  CHECK(evaluate("oneminmax", Genome(30, 1)) == std::vector{-30.0, 0.0});
}

TEST_CASE("ZDT5 rewards whole blocks and misleads by all others") {
  CHECK(evaluate("zdt5", Genome(80, 0)) == std::vector{1.0, 20.0});
  CHECK(evaluate("zdt5", Genome(80, 1)) == std::vector{31.0, 10.0 / 31.0});
  Genome almost(80, 1);
  for (std::size_t block = 0; block < 10; ++block) almost[30 + 5 * block] = 0;
  CHECK(evaluate("zdt5", almost) == std::vector{31.0, 60.0 / 31.0});
}

TEST_CASE("the 31 front points of the bit string problems are attained") {
  std::vector<Genome> leading;
  std::vector<Genome> leading_and_blocks;
  for (std::size_t ones = 0; ones <= 30; ++ones) {
    leading.push_back(bits(std::string(ones, '1') + std::string(30 - ones, '0')));
    leading_and_blocks.push_back(leading.back());
    leading_and_blocks.back().resize(80, 1);
  }
  CHECK(attains_front("lotz", leading));
  CHECK(attains_front("oneminmax", leading));
  CHECK(attains_front("zdt5", leading_and_blocks));
}

TEST_CASE("the bit string problems have the published fronts") {
  check_front("lotz", 31, 31.0 * 32.0 / 2.0);  // a staircase of steps 1: 31 + 30 + ... + 1
  check_front("oneminmax", 31, 496.0);
  check_front("zdt5", 31, 322.0823867553123);
}

TEST_CASE("ZDT at its corners") {
  for (const std::string name : {"zdt1", "zdt2", "zdt3", "zdt4"}) {
    const Choice best = name == "zdt4" ? 4 : 0;
    CHECK(evaluate(name, integers({0}, best)) == std::vector{0.0, 1.0});
    CHECK(evaluate(name, integers({30}, best))[1] == Approx(0.0).margin(1e-14));
  }
  // All variables at their upper ends: g = 10.
  CHECK(evaluate("zdt1", integers({30}, 10))[1] == Approx(10.0 - std::sqrt(10.0)).epsilon(1e-14));
  CHECK(evaluate("zdt2", integers({30}, 10))[1] == Approx(9.9).epsilon(1e-14));
  CHECK(evaluate("zdt3", integers({30}, 10))[1] == Approx(10.0 - std::sqrt(10.0)).epsilon(1e-14));
  CHECK(evaluate("zdt6", integers({30}, 10))[1] == Approx(9.9).epsilon(1e-14));
  // x = 5: g = 1 + 29 * 25.
  CHECK(evaluate("zdt4", integers({30}, 8))[1] == Approx(726.0 - std::sqrt(726.0)).epsilon(1e-14));
}

TEST_CASE("ZDT3's sine is not lost on the grid") {
  // At a tenth it is 0; at 8/30, sin(10 pi x) = sin(2 pi / 3).
  const double x = 8.0 / 30.0;
  const double f2 = 1.0 - std::sqrt(x) - x * std::sqrt(3.0) / 2.0;
  CHECK(evaluate("zdt3", integers({8}, 0))[1] == Approx(f2).epsilon(1e-13));
}

TEST_CASE("ZDT4 has a local optimum at every second level") {
  std::vector<double> g;
  for (Choice level = 0; level < 9; ++level) {
    Genome genome = integers({0}, 4);
    genome[1] = level;
    g.push_back(evaluate("zdt4", genome)[1]);  // g, as f1 is 0
  }
  const std::vector<double> expected = {26, 35.0625, 7.25, 22.5625, 1, 22.5625, 7.25, 35.0625, 26};
  for (std::size_t i = 0; i < g.size(); ++i) CHECK(g[i] == Approx(expected[i]).epsilon(1e-13));
}

TEST_CASE("ZDT6's first objective crowds its points towards 1") {
  // The sine has its first peak at 1/12; at 2/30 it is sin(2 pi / 5).
  const double peak = std::pow(std::sin(2.0 * std::numbers::pi / 5.0), 6.0);
  const auto f = evaluate("zdt6", integers({2}, 0));
  CHECK(f[0] == Approx(1.0 - std::exp(-4.0 / 15.0) * peak).epsilon(1e-13));
  CHECK(f[1] == Approx(1.0 - f[0] * f[0]).epsilon(1e-13));
  CHECK(evaluate("zdt6", integers({0}, 0)) == std::vector{1.0, 0.0});
}

TEST_CASE("the ZDT fronts are attained where g is 1") {
  for (const std::string name : {"zdt1", "zdt2", "zdt3", "zdt4", "zdt6"}) {
    std::vector<Genome> genomes;
    for (Choice k = 0; k <= 30; ++k) genomes.push_back(integers({k}, name == "zdt4" ? 4 : 0));
    CHECK(attains_front(name, genomes));
  }
}

TEST_CASE("the ZDT fronts on the grid") {
  check_front("zdt1", 31, 5.698781140377722);
  check_front("zdt2", 31, 5.366851851851854);
  check_front("zdt3", 13, 6.10112152977657);  // the grid's share of the five pieces
  check_front("zdt4", 31, 616.7487811403778);
  check_front("zdt6", 25, 5.434042164709364);  // seven of 31 share f1 = 1
}

TEST_CASE("DTLZ2 is a sphere whose radius is 1 at its best and grows with the distance") {
  const auto squared_radius = [](const Genome& genome) {
    double sum = 0.0;
    for (const double f : evaluate("dtlz2", genome)) sum += f * f;
    return sum;
  };
  CHECK(squared_radius(integers({7, 13}, 5)) == Approx(1.0).epsilon(1e-14));
  CHECK(squared_radius(integers({7, 13}, 0)) == Approx(64.0).epsilon(1e-14));  // 1 + 28 / 4 = 8
  CHECK(evaluate("dtlz2", integers({0, 0}, 5)) == std::vector{1.0, 0.0, 0.0});
  CHECK(evaluate("dtlz2", integers({0, 20}, 5)) == std::vector{0.0, 1.0, 0.0});
  CHECK(evaluate("dtlz2", integers({20, 9}, 5)) == std::vector{0.0, 0.0, 1.0});
}

TEST_CASE("DTLZ7 at its corners") {
  CHECK(evaluate("dtlz7", integers({0, 0}, 0)) == std::vector{0.0, 0.0, 6.0});
  CHECK(evaluate("dtlz7", integers({0, 0}, 10))[2] == Approx(33.0).epsilon(1e-14));  // g = 10
  // f = 1/2: 1 + sin(3 pi / 2) = 0, so that it takes nothing off.
  CHECK(evaluate("dtlz7", integers({10, 10}, 0))[2] == Approx(6.0).epsilon(1e-14));
  CHECK(evaluate("dtlz7", integers({20, 20}, 0))[2] == Approx(4.0).epsilon(1e-14));
}

TEST_CASE("C2-DTLZ2 is feasible at its corners and its middle only") {
  const auto margin = [](const Genome& genome) {
    return problem("c2-dtlz2").evaluate(genome).margins.at(0);
  };
  CHECK(margin(integers({0, 0}, 5)) == -1.0);
  CHECK(margin(integers({8, 10}, 5)) < 0.0);  // near (1, 1, 1) / sqrt(3)
  // Halfway between two corners the nearest centre is the middle: 2 - 4 / sqrt(6) away, squared.
  const double halfway = (2.0 - 4.0 / std::sqrt(6.0)) / 0.16 - 1.0;
  CHECK(margin(integers({0, 10}, 5)) == Approx(halfway).epsilon(1e-12));
  CHECK(margin(integers({0, 0}, 0)) == Approx(49.0 / 0.16 - 1.0).epsilon(1e-12));  // (8, 0, 0)
}

TEST_CASE("the DTLZ fronts are attained by the position variables alone") {
  for (const std::string name : {"dtlz2", "dtlz7", "c2-dtlz2"}) {
    std::vector<Genome> genomes;
    for (Choice first = 0; first <= 20; ++first) {
      for (Choice second = 0; second <= 20; ++second)
        genomes.push_back(integers({first, second}, name == "dtlz7" ? 0 : 5));
    }
    CHECK(attains_front(name, genomes));
  }
}

TEST_CASE("the DTLZ fronts on the grid") {
  check_front("dtlz2", 20 * 21 + 1, 7.443349410340169);  // all of one pole is one point
  // 11 of the 21 values of f are records of f (1 + sin(3 pi f)); the front is their square.
  check_front("dtlz7", 11 * 11, 12.772062553952633);
  check_front("c2-dtlz2", 264, 2.741516584839493);
}

TEST_CASE("CTP1 is what f1 and the sum of the other variables make of it, less its bounds") {
  const Answer best = problem("ctp1").evaluate(integers({0}, 0));
  CHECK(best.objectives == std::vector{0.0, 1.0});
  CHECK(best.margins[0] == Approx((0.858 - 1.0) / 0.858).epsilon(1e-13));
  CHECK(best.margins[1] == Approx((0.728 - 1.0) / 0.728).epsilon(1e-13));
  const Answer cut = problem("ctp1").evaluate(integers({30}, 0));
  CHECK(cut.objectives[1] == Approx(std::exp(-1.0)).epsilon(1e-14));
  CHECK(cut.margins[1] == Approx(1.0 - std::exp(0.295 - 1.0) / 0.728).epsilon(1e-13));
}

TEST_CASE("the front of CTP1 is attained along its bounds") {
  std::vector<Genome> genomes;
  for (Choice first = 0; first <= 30; ++first) {
    Genome genome = integers({first}, 0);
    genomes.push_back(genome);
    for (std::size_t step = 0; step < 290; ++step) {
      ++genome[1 + step / 10];
      genomes.push_back(genome);
    }
  }
  CHECK(attains_front("ctp1", genomes));
  check_front("ctp1", 23, 5.287925547769834);
}

}  // namespace
}  // namespace quarry::bench
