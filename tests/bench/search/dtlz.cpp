// DTLZ2, DTLZ7 and C2-DTLZ2 with three objectives on 30 integers.
// DTLZ: Deb, Thiele, Laumanns and Zitzler, "Scalable test problems for evolutionary multiobjective
// optimization", in Evolutionary Multiobjective Optimization, Springer 2005, chapter 6.
// C2-DTLZ2: Jain and Deb, "An evolutionary many-objective optimization algorithm using
// reference-point based nondominated sorting approach, part II", IEEE TEC 18(4), 2014.
// Tested by tests/search/classic_problems_test.cpp.
//
// The grid: the two position variables are k / 20 with k = 0 ... 20, the 28 distance variables
// k / 10 with k = 0 ... 10.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "tests/bench/search/bench_problem.hpp"

namespace quarry::bench {
namespace {

using search::Choice;
using search::Genome;
using search::ObjectiveVector;
using std::numbers::pi;

constexpr std::size_t kDtlzVariables = 30;
constexpr std::size_t kPositions = 2;
constexpr std::size_t kDistances = kDtlzVariables - kPositions;
constexpr int kPositionSteps = 20;
constexpr double kDistanceSteps = 10.0;

// sin and cos of k / 20 of a quarter turn; zero exactly where they are zero.
double quarter_sine(int k) { return std::sin(pi / 2.0 * k / kPositionSteps); }
double quarter_cosine(int k) { return quarter_sine(kPositionSteps - k); }

// g = sum (x - 1/2)^2; (1 + g) times a point of the unit sphere.
ObjectiveVector dtlz2(const Genome& genome) {
  double radius = 1.0;
  for (std::size_t i = kPositions; i < kDtlzVariables; ++i) {
    const double x = genome[i] / kDistanceSteps - 0.5;
    radius += x * x;
  }
  return {radius * quarter_cosine(genome[0]) * quarter_cosine(genome[1]),
          radius * quarter_cosine(genome[0]) * quarter_sine(genome[1]),
          radius * quarter_sine(genome[0])};
}

// f1 = x1, f2 = x2, f3 = (1 + g) h with g = 1 + 9 mean(x3 ... x30) and h = 3 - sum over f1, f2 of
// f / (1 + g) * (1 + sin(3 pi f)).
ObjectiveVector dtlz7(const Genome& genome) {
  double total = 0.0;
  for (std::size_t i = kPositions; i < kDtlzVariables; ++i) total += genome[i] / kDistanceSteps;
  const double g = 1.0 + 9.0 / static_cast<double>(kDistances) * total;
  double h = 3.0;
  ObjectiveVector f;
  for (std::size_t i = 0; i < kPositions; ++i) {
    f.push_back(genome[i] / static_cast<double>(kPositionSteps));
    h -= f[i] / (1.0 + g) * (1.0 + std::sin(3.0 * pi * f[i]));
  }
  f.push_back((1.0 + g) * h);
  return f;
}

// C2: within 0.4 of one of the three corners of the front or of its middle. As everywhere, the
// margin is a share of the bound (here on the squared distance).
double c2_margin(std::span<const double> f) {
  constexpr double kRadius = 0.4;
  const double middle = 1.0 / std::sqrt(3.0);
  const std::array<std::array<double, 3>, 4> centres = {
      {{1.0, 0.0, 0.0}, {0.0, 1.0, 0.0}, {0.0, 0.0, 1.0}, {middle, middle, middle}}};
  double nearest = std::numeric_limits<double>::infinity();
  for (const auto& centre : centres) {
    double squared = 0.0;
    for (std::size_t k = 0; k < 3; ++k) squared += (f[k] - centre[k]) * (f[k] - centre[k]);
    nearest = std::min(nearest, squared);
  }
  return nearest / (kRadius * kRadius) - 1.0;
}

BenchProblem dtlz_problem(const std::string& name, ObjectiveVector (*objectives)(const Genome&),
                          bool constrained, ObjectiveVector reference) {
  BenchProblem problem;
  problem.name = name;
  problem.family = "classic";
  std::vector<std::size_t> levels(kDtlzVariables, static_cast<std::size_t>(kDistanceSteps) + 1);
  std::fill_n(levels.begin(), kPositions, kPositionSteps + 1);
  problem.space = integer_space(levels);
  problem.objectives = 3;
  problem.exact.resize(3);
  problem.bounds.resize(constrained ? 1 : 0);  // no formula: it must be measured
  problem.evaluate = [objectives, constrained](const Genome& genome) {
    Answer answer{.objectives = objectives(genome)};
    if (constrained) answer.margins = {c2_margin(answer.objectives)};
    return answer;
  };
  problem.reference = std::move(reference);
  return problem;
}

// The front is what is feasible and non-dominated among the 441 settings of the position variables
// with every distance variable at its best.
// DTLZ7: f3 = 3 (1 + g) - sum f (1 + sin(3 pi f)) grows with g while f1 and f2 know nothing of it.
// DTLZ2: a point of radius 1 + g is dominated by the one of radius 1 in its direction, and nothing
// within the orthant dominates that without a smaller radius.
// C2-DTLZ2: besides, a direction that is feasible at some radius t > 1 is feasible at 1. Every
// centre c has length 1, so t u is within r of it iff 2 u.c >= t + (1 - r^2) / t; for t >= 1 the
// right side grows with t.
void set_front_from_positions(BenchProblem& problem, Choice best) {
  search::Points points(3);
  for (int first = 0; first <= kPositionSteps; ++first) {
    for (int second = 0; second <= kPositionSteps; ++second) {
      Genome genome(kDtlzVariables, best);
      genome[0] = static_cast<Choice>(first);
      genome[1] = static_cast<Choice>(second);
      const Answer answer = problem.evaluate(genome);
      if (search::violation(answer.margins) <= 0.0) points.add(answer.objectives);
    }
  }
  set_front(problem, points);
}

}  // namespace

std::vector<BenchProblem> dtlz_problems() {
  std::vector<BenchProblem> problems = {dtlz_problem("dtlz2", &dtlz2, false, {2.0, 2.0, 2.0}),
                                        dtlz_problem("dtlz7", &dtlz7, false, {1.1, 1.1, 15.0}),
                                        dtlz_problem("c2-dtlz2", &dtlz2, true, {1.5, 1.5, 1.5})};
  set_front_from_positions(problems[0], 5);
  set_front_from_positions(problems[1], 0);
  set_front_from_positions(problems[2], 5);
  return problems;
}

}  // namespace quarry::bench
