// ZDT1, 2, 3, 4 and 6 on integers. Zitzler, Deb and Thiele, "Comparison of multiobjective
// evolutionary algorithms: empirical results", Evolutionary Computation 8(2), 2000, definition 4:
// minimise f1(x1) and f2 = g(x2 ... xn) * h(f1, g). n = 30 throughout (the paper has 10 for ZDT4
// and ZDT6). Tested by tests/search/classic_problems_test.cpp.
//
// The grid: x1 = k / 30 with k = 0 ... 30, which sets how many points the front can have and,
// unlike tenths, does not put ZDT3's sine on its zeros. x2 ... x30 = k / 10 with k = 0 ... 10; for
// ZDT4 -5 + 1.25 k with k = 0 ... 8, so that its cosine is 1 at every second level and -1 between:
// five local optima per variable, where integers or halves would leave one.
//
// The true front on the grid: for every one of them df2/dg > 0 where f1 <= 1 <= g. (f2 is
// g - sqrt(f1 g) for ZDT1 and 4, with derivative 1 - sqrt(f1 / g) / 2; g - sqrt(f1 g) - f1 sin(10
// pi f1) for ZDT3, with the same; g - f1^2 / g for ZDT2 and 6, with 1 + f1^2 / g^2.) So of all
// genomes with one x1 those with the least g, which is 1 and on the grid, dominate the rest, and
// the front is what is non-dominated among the 31 genomes with g = 1.
#include <cmath>
#include <numbers>
#include <numeric>

#include "tests/bench/search/bench_problem.hpp"

namespace quarry::bench {
namespace {

using search::Choice;
using search::Genome;
using std::numbers::pi;

constexpr std::size_t kZdtVariables = 30;
constexpr std::size_t kFirstLevels = 31;

struct Zdt {
  std::string name;
  double (*f1)(double x1);
  double (*g)(std::span<const double> rest);
  double (*h)(double f1, double g);
  std::size_t levels = 11;  // of each of the rest, evenly from low to high
  double low = 0.0;
  double high = 1.0;
  Choice best = 0;  // of each of the rest: where g = 1
  search::ObjectiveVector reference;

  search::ObjectiveVector objectives(const Genome& genome) const {
    std::vector<double> rest;
    for (std::size_t i = 1; i < genome.size(); ++i)
      rest.push_back(low + (high - low) * genome[i] / static_cast<double>(levels - 1));
    const double first = f1(genome[0] / static_cast<double>(kFirstLevels - 1));
    const double distance = g(rest);
    return {first, distance * h(first, distance)};
  }
};

double identity(double x) { return x; }

double mean(std::span<const double> x) {
  return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
}

double linear_g(std::span<const double> rest) { return 1.0 + 9.0 * mean(rest); }

double rastrigin_g(std::span<const double> rest) {
  double sum = 1.0;
  for (const double x : rest) sum += 10.0 + x * x - 10.0 * std::cos(4.0 * pi * x);
  return sum;
}

double steep_g(std::span<const double> rest) { return 1.0 + 9.0 * std::pow(mean(rest), 0.25); }

double convex(double f1, double g) { return 1.0 - std::sqrt(f1 / g); }

double concave(double f1, double g) { return 1.0 - (f1 / g) * (f1 / g); }

double in_pieces(double f1, double g) {
  return 1.0 - std::sqrt(f1 / g) - (f1 / g) * std::sin(10.0 * pi * f1);
}

double crowded_f1(double x) {
  return 1.0 - std::exp(-4.0 * x) * std::pow(std::sin(6.0 * pi * x), 6.0);
}

BenchProblem zdt_problem(const Zdt& zdt) {
  BenchProblem problem;
  problem.name = zdt.name;
  problem.family = "classic";
  std::vector<std::size_t> levels(kZdtVariables, zdt.levels);
  levels[0] = kFirstLevels;
  problem.space = integer_space(levels);
  problem.exact.resize(2);
  problem.evaluate = [zdt](const Genome& genome) {
    return Answer{.objectives = zdt.objectives(genome)};
  };
  problem.reference = zdt.reference;
  search::Points points(2);
  for (std::size_t k = 0; k < kFirstLevels; ++k) {
    Genome genome(kZdtVariables, zdt.best);
    genome[0] = static_cast<Choice>(k);
    points.add(zdt.objectives(genome));
  }
  set_front(problem, points);
  return problem;
}

}  // namespace

std::vector<BenchProblem> zdt_problems() {
  const std::vector<Zdt> all = {
      {.name = "zdt1", .f1 = &identity, .g = &linear_g, .h = &convex, .reference = {1.1, 5.5}},
      {.name = "zdt2", .f1 = &identity, .g = &linear_g, .h = &concave, .reference = {1.1, 5.5}},
      {.name = "zdt3", .f1 = &identity, .g = &linear_g, .h = &in_pieces, .reference = {1.1, 5.5}},
      {.name = "zdt4",
       .f1 = &identity,
       .g = &rastrigin_g,
       .h = &convex,
       .levels = 9,
       .low = -5.0,
       .high = 5.0,
       .best = 4,
       .reference = {1.1, 561.0}},
      {.name = "zdt6", .f1 = &crowded_f1, .g = &steep_g, .h = &concave, .reference = {1.1, 8.6}}};
  std::vector<BenchProblem> problems;
  for (const Zdt& zdt : all) problems.push_back(zdt_problem(zdt));
  return problems;
}

}  // namespace quarry::bench
