// Runs algorithms of the registry on benchmark problems and keeps score: hypervolume as a share of
// the best known, best value, IGD+, after every so many measurements.
#pragma once

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "search/core/search_algorithm.hpp"
#include "tests/bench/search/bench_problem.hpp"

namespace quarry::bench {

struct Contestant {
  std::string label;      // in tables
  std::string algorithm;  // in the registry
  std::map<std::string, OptionValue> options;
  std::size_t most_evaluations = 1000;  // what it is given time for
  // With one objective: a run ends when its best value is this good.
  double enough = -std::numeric_limits<double>::infinity();
};

// One run's scores, by evaluations made.
struct Score {
  std::map<std::size_t, double> hypervolume_share;  // at the marks that were reached
  std::map<std::size_t, double> igd_plus;           // where the true front is known
  std::vector<double> best;    // the first objective's best feasible value after each evaluation
  std::vector<double> volume;  // hypervolume share after each evaluation, two objectives only
  double ask_seconds = 0.0;    // spent in the algorithm
};

// Measures up to the last mark, the largest, one trial after the other. A proposal that is not
// legal is told as failed and not counted.
Score run_once(const BenchProblem& problem, const Contestant& contestant, std::uint64_t seed,
               const std::vector<std::size_t>& marks);

// The same for seeds 1 ... seeds, two at a time.
std::vector<Score> run_seeds(const BenchProblem& problem, const Contestant& contestant,
                             std::size_t seeds, const std::vector<std::size_t>& marks);

// How many evaluations it took until the best value was `enough` or less; one more than were made
// where it never was.
std::size_t trials_until(const Score& score, double enough);

// How many evaluations it took until the mean share of all runs was more than `share`; nothing
// where one of them ends before, or where there are none.
std::optional<std::size_t> evaluations_to_pass(const std::vector<Score>& scores, double share);

// The problem as an algorithm sees it. The benchmark problem outlives it.
search::Problem problem_for(const BenchProblem& problem);

// Every second gene (by a fixed pattern) with its choices in reverse, so that no corner of the
// space is the optimum by construction. For spaces without conditions: a mirrored genome need not
// be canonical.
BenchProblem reflected(const BenchProblem& problem);

double mean(const std::vector<double>& values);
double deviation(const std::vector<double>& values);

}  // namespace quarry::bench
