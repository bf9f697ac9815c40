// CTP1 with two constraints on integers. Deb, Pratap and Meyarivan, "Constrained test problems for
// multi-objective evolutionary optimization", EMO 2001: minimise f1 = x1 and f2 = g
// exp(-f1 / g), subject to f2 >= a_j exp(-b_j f1). The paper leaves g open; here it is ZDT1's. The
// opposite of C2-DTLZ2: almost every genome is feasible, and the bounds cut the front off. Tested
// by tests/search/classic_problems_test.cpp.
//
// The grid: x1 = k / 30 with k = 0 ... 30; x2 ... x30 = k / 10 with k = 0 ... 10.
#include <array>
#include <cmath>
#include <numeric>

#include "tests/bench/search/bench_problem.hpp"

namespace quarry::bench {
namespace {

using search::Genome;

constexpr std::size_t kCtpVariables = 30;
constexpr std::size_t kFirstSteps = 30;
constexpr std::size_t kSteps = 10;
constexpr std::size_t kMostSteps = (kCtpVariables - 1) * kSteps;  // of x2 ... x30 together

struct Curve {
  double a;
  double b;
};
constexpr std::array<Curve, 2> kCurves = {{{0.858, 0.541}, {0.728, 0.295}}};

// All that matters of a genome: x1's step and the sum of the others'.
Answer answer(std::size_t first, std::size_t sum) {
  const double f1 = static_cast<double>(first) / kFirstSteps;
  const double g = 1.0 + 9.0 * static_cast<double>(sum) / kMostSteps;
  Answer answer{.objectives = {f1, g * std::exp(-f1 / g)}};
  for (const Curve& curve : kCurves) {
    const double least = curve.a * std::exp(-curve.b * f1);
    answer.margins.push_back((least - answer.objectives[1]) / least);
  }
  return answer;
}

}  // namespace

BenchProblem ctp1_problem() {
  BenchProblem problem;
  problem.name = "ctp1";
  problem.family = "classic";
  std::vector<std::size_t> levels(kCtpVariables, kSteps + 1);
  levels[0] = kFirstSteps + 1;
  problem.space = integer_space(levels);
  problem.exact.resize(2);
  problem.bounds.resize(kCurves.size());  // no formula: they must be measured
  problem.evaluate = [](const Genome& genome) {
    return answer(genome[0], std::accumulate(genome.begin() + 1, genome.end(), std::size_t{0}));
  };
  problem.reference = {1.1, 5.5};  // f2: g of a random genome
  // Every answer there is: 31 times 291 of them.
  search::Points feasible(2);
  for (std::size_t first = 0; first <= kFirstSteps; ++first) {
    for (std::size_t sum = 0; sum <= kMostSteps; ++sum) {
      const Answer one = answer(first, sum);
      if (search::violation(one.margins) <= 0.0) feasible.add(one.objectives);
    }
  }
  set_front(problem, feasible);
  return problem;
}

}  // namespace quarry::bench
