// The one interface of every search algorithm: ask for genomes to measure, tell what became of
// them. Deterministic in (problem, options, seed, history): no clock, no thread, no file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "predictors/options.hpp"
#include "search/core/objective.hpp"
#include "search/core/search_space.hpp"

namespace quarry::search {

// What an algorithm is told of one measured candidate.
struct Trial {
  std::size_t number = 0;
  Genome genome;               // canonical
  bool succeeded = false;      // false: its evaluation failed; objectives are then empty
  ObjectiveVector objectives;  // minimised
  double violation = 0.0;      // of the constraints, summed; 0 = feasible
  bool operator==(const Trial&) const = default;
};

// Why a genome was proposed; shown to the user, never read back by an algorithm.
struct Origin {
  std::string how;                   // "seed", "random", "crossover", "predicted front", ...
  std::vector<std::size_t> parents;  // trial numbers
  ObjectiveVector predicted;         // minimised, NaN where not predicted; empty when nothing was
};

struct Proposal {
  Genome genome;  // canonical
  Origin origin;
};

// What is to be searched. The space outlives the algorithm.
struct Problem {
  const SearchSpace* space = nullptr;
  std::size_t objectives = 0;
  // One per objective: its minimised value by formula, or empty where it must be measured.
  std::vector<std::function<double(const Genome&)>> exact;
  // Violation of the constraints whose metric is exact or an objective; empty when there are none.
  std::function<double(const Genome&, std::span<const double> objectives)> known_violation;
  // Proposed first, in this order (canonical, distinct).
  std::vector<Genome> seeds;
};

// Contract, checked for every entry of the registry by tests/contracts/algorithm_contract_test.cpp:
// - ask(n) gives at most n canonical genomes, never one that was proposed or told before; asking
// for n is the same as
//   asking n times for one;
// - an empty answer while trials are outstanding means "tell me first"; with none outstanding, that
// the space is spent;
// - tell takes trials in any order; their order within one generation changes nothing that comes
// after;
// - failed and infeasible trials never stop a search.
class SearchAlgorithm {
 public:
  virtual ~SearchAlgorithm() = default;
  virtual std::vector<Proposal> ask(std::size_t n) = 0;
  virtual void tell(std::span<const Trial> trials) = 0;
};

struct AlgorithmEntry {
  std::string name;
  std::string summary;  // what it is and when to choose it, one line
  std::vector<OptionSpec> options;
  std::unique_ptr<SearchAlgorithm> (*make)(Problem problem, const OptionValues& options,
                                           std::uint64_t seed);
};

}  // namespace quarry::search
