// Classic problems on bit strings, with exact fronts of 31 points each.
// LOTZ: Laumanns, Thiele, Zitzler, Welzl and Deb, "Running time analysis of multi-objective
// evolutionary algorithms on a simple discrete optimization problem", PPSN VII, 2002.
// OneMinMax: Giel and Lehre, "On the effect of populations in evolutionary multi-objective
// optimisation", Evolutionary Computation 18(3), 2010.
// ZDT5: Zitzler, Deb and Thiele, "Comparison of multiobjective evolutionary algorithms: empirical
// results", Evolutionary Computation 8(2), 2000, definition 4. Tested by
// tests/search/classic_problems_test.cpp.
#include <algorithm>

#include "tests/bench/search/bench_problem.hpp"

namespace quarry::bench {
namespace {

using search::Choice;
using search::Genome;
using search::ObjectiveVector;

constexpr std::size_t kBits = 30;

BenchProblem bit_problem(const std::string& name, std::size_t bits,
                         ObjectiveVector (*objectives)(const Genome&), ObjectiveVector reference) {
  BenchProblem problem;
  problem.name = name;
  problem.family = "classic";
  problem.space = integer_space(std::vector<std::size_t>(bits, 2));
  problem.exact.resize(2);
  problem.evaluate = [objectives](const Genome& genome) {
    return Answer{.objectives = objectives(genome)};
  };
  problem.reference = std::move(reference);
  return problem;
}

double ones(std::span<const Choice> bits) {
  return static_cast<double>(std::ranges::count(bits, Choice{1}));
}

// Maximise the leading ones and the trailing zeros.
ObjectiveVector lotz(const Genome& bits) {
  const auto leading = std::find(bits.begin(), bits.end(), Choice{0}) - bits.begin();
  const auto trailing = std::find(bits.rbegin(), bits.rend(), Choice{1}) - bits.rbegin();
  return {-static_cast<double>(leading), -static_cast<double>(trailing)};
}

// Maximise the ones and the zeros.
ObjectiveVector one_min_max(const Genome& bits) {
  return {-ones(bits), ones(bits) - static_cast<double>(bits.size())};
}

// Both share one front, (-i, i - n) for i = 0 ... n. In each, the two numbers of bits that are
// counted never overlap, so their sum is at most n: no point lies beyond the line. 1^i 0^(n-i)
// reaches point i of it.
search::Points line() {
  search::Points points(2);
  for (std::size_t i = 0; i <= kBits; ++i)
    points.add(std::vector{-static_cast<double>(i), static_cast<double>(i) - kBits});
  return points;
}

constexpr std::size_t kBitBlocks = 10;
constexpr std::size_t kBlockBits = 5;

// f1 = 1 + ones of the first 30 bits; g = sum over ten blocks of 5 bits of v(ones), where v(u) =
// 2 + u misleads away from v(5) = 1; f2 = g / f1.
ObjectiveVector zdt5(const Genome& genome) {
  const std::span<const Choice> bits(genome);
  const double f1 = 1.0 + ones(bits.first(kBits));
  double g = 0.0;
  for (std::size_t block = 0; block < kBitBlocks; ++block) {
    const double u = ones(bits.subspan(kBits + block * kBlockBits, kBlockBits));
    g += u < kBlockBits ? 2.0 + u : 1.0;
  }
  return {f1, g / f1};
}

// f2 grows with g whatever f1 is, so the front has the least g, ten blocks of v = 1.
search::Points zdt5_front() {
  search::Points points(2);
  for (std::size_t u = 0; u <= kBits; ++u) {
    const double f1 = 1.0 + static_cast<double>(u);
    points.add(std::vector{f1, kBitBlocks / f1});
  }
  return points;
}

}  // namespace

std::vector<BenchProblem> bit_string_problems() {
  // References: one step beyond the worst value of an objective; for ZDT5 a tenth of the front's
  // extent beyond it.
  std::vector<BenchProblem> problems = {
      bit_problem("lotz", kBits, &lotz, {1.0, 1.0}),
      bit_problem("oneminmax", kBits, &one_min_max, {1.0, 1.0}),
      bit_problem("zdt5", kBits + kBitBlocks * kBlockBits, &zdt5, {34.0, 11.0})};
  set_front(problems[0], line());
  set_front(problems[1], line());
  set_front(problems[2], zdt5_front());
  return problems;
}

}  // namespace quarry::bench
