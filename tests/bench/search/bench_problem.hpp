// What the search benchmark measures algorithms on: a space, an answer in microseconds, and a scale
// for the hypervolume. One factory per family of problems, each in its own file.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "search/core/search_algorithm.hpp"
#include "search/pareto/points.hpp"

namespace quarry::bench {

struct Answer {
  search::ObjectiveVector objectives;  // minimised; empty when failed
  std::vector<double> margins;         // one per bound; empty when failed
  bool succeeded = true;
};

struct BenchProblem {
  std::string name;
  std::string family;  // "replay", "tabular", "classic", "mini-space"
  std::shared_ptr<const search::SearchSpace> space;
  std::size_t objectives = 2;
  std::vector<std::function<double(const search::Genome&)>> exact;  // as in search::Problem
  std::vector<search::Bound> bounds;
  std::vector<search::Genome> seeds;  // such as the largest and the smallest network
  std::vector<search::Genome> legal;  // canonical, sorted; empty: every genome can be answered
  std::function<Answer(const search::Genome& canonical)> evaluate;  // fails what is not legal
  search::ObjectiveVector reference;                                // of the hypervolume
  double best_hypervolume = 1.0;                                    // what a score is divided by
  search::Points front{2};  // the true front, without equal points, where it is known; else empty
};

// nullopt, with a message on stderr, where ../shared is absent.
std::optional<BenchProblem> replay_problem();
std::optional<BenchProblem> flexibert_problem();

// LOTZ, OneMinMax and ZDT5 on bit strings.
std::vector<BenchProblem> bit_string_problems();
// ZDT1 to 4 and ZDT6 on 30 integers.
std::vector<BenchProblem> zdt_problems();
// DTLZ2, DTLZ7 and the constrained C2-DTLZ2: three objectives, 30 integers.
std::vector<BenchProblem> dtlz_problems();
// The constrained CTP1: two objectives, 30 integers.
BenchProblem ctp1_problem();
// All of the four.
std::vector<BenchProblem> classic_problems();

// Elastic vision transformers, every network of them known: two objectives, and three with
// quantization.
std::vector<BenchProblem> mini_space_problems();

// ---- what the families are made of

// One ordinal gene x[i] per entry, with the choices 0 ... levels[i] - 1.
std::shared_ptr<const search::SearchSpace> integer_space(std::span<const std::size_t> levels);

// Takes the non-dominated of `points`, one of equals, for the true front, and its hypervolume for
// the best.
void set_front(BenchProblem& problem, const search::Points& points);

}  // namespace quarry::bench
