// What the search benchmark measures algorithms on: a space, an answer in microseconds, and a scale
// for the hypervolume. One factory per family of problems, each in its own file.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "search/core/search_algorithm.hpp"
#include "search/pareto/points.hpp"

namespace quarry::bench {

struct Answer {
  search::ObjectiveVector objectives;  // minimised
  std::vector<double> margins;         // one per bound
};

struct BenchProblem {
  std::string name;
  std::string family;  // "replay", "tabular", "classic", "mini-space"
  std::shared_ptr<const search::SearchSpace> space;
  std::size_t objectives = 2;
  std::vector<std::function<double(const search::Genome&)>> exact;  // as in search::Problem
  std::vector<search::Bound> bounds;
  std::vector<search::Genome> seeds;  // such as the largest and the smallest network
  std::function<Answer(const search::Genome& canonical)> evaluate;
  search::ObjectiveVector reference;  // of the hypervolume
  double best_hypervolume = 1.0;      // what a score is divided by
  search::Points front{2};            // the true front where it is known, else empty
};

// nullopt, with a message on stderr, where ../shared is absent.
std::optional<BenchProblem> replay_problem();

}  // namespace quarry::bench
