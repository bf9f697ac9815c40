// The one interface of every search algorithm: ask for genomes to measure, tell what became of
// them. Deterministic in (problem, options, seed, history): no clock, no thread, no file.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <memory>
#include <optional>
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
  Genome genome;                // canonical
  bool succeeded = false;       // false: its evaluation failed; objectives are then empty
  ObjectiveVector objectives;   // minimised
  std::vector<double> margins;  // one per Problem::bounds, 0 or less = it holds; empty when failed
  double violation = 0.0;       // the sum of the margins that do not hold; 0 = feasible
  bool operator==(const Trial&) const = default;
};

// The trial numbers of a proposal's parents: none, one or two. No allocation: every proposal of a
// search has one.
class Parents {
 public:
  Parents() = default;
  Parents(std::initializer_list<std::size_t> trials) : count_(trials.size()) {
    assert(trials.size() <= trials_.size());
    std::copy(trials.begin(), trials.end(), trials_.begin());
  }
  const std::size_t* begin() const { return trials_.data(); }
  const std::size_t* end() const { return trials_.data() + count_; }
  std::size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }

 private:
  std::array<std::size_t, 2> trials_{};
  std::size_t count_ = 0;
};

// Why a genome was proposed; shown to the user, never read back by an algorithm.
struct Origin {
  std::string how;  // "seed", "random", "crossover", "predicted front", ...
  Parents parents;
  ObjectiveVector predicted;  // minimised, NaN where not predicted; empty when nothing was
};

struct Proposal {
  Genome genome;  // canonical
  Origin origin;
};

// One bound that the trials must keep, and how its margin (see objective.hpp) is known before the
// measurement: by formula, as slope * objective + offset, or, when both are empty, not at all.
struct Bound {
  std::function<double(const Genome&)> exact;
  std::optional<std::size_t> objective;
  double slope = 1.0;
  double offset = 0.0;
  // Of one that is neither: Problem::prior for its margin.
  std::function<double(const Genome&)> prior = nullptr;
};

// Calls body(0) ... body(count - 1), in any order, on any thread; returns when all are done.
using ParallelFor =
    std::function<void(std::size_t count, const std::function<void(std::size_t)>& body)>;

// What is to be searched. The space outlives the algorithm.
struct Problem {
  const SearchSpace* space = nullptr;
  std::size_t objectives = 0;
  // One per objective: its minimised value by formula, or empty where it must be measured.
  std::vector<std::function<double(const Genome&)>> exact;
  std::vector<Bound> bounds;
  // One per objective, or none at all: what it is expected to be before anything was measured
  // (minimised, finite), or empty where nothing is known. Predictors learn what it misses. Fixed
  // for the life of the problem, as a formula is.
  std::vector<std::function<double(const Genome&)>> prior = {};
  // Proposed first, in this order (canonical, distinct).
  std::vector<Genome> seeds;
  // Optional; an algorithm's results do not depend on it.
  ParallelFor parallel_for;
};

// The sum of the violated margins among those bounds that follow from the genome and its
// (predicted) objectives.
double known_violation(const Problem& problem, const Genome& genome,
                       std::span<const double> objectives);

// The same of what follows from the genome alone: by a formula of the bound or of its objective.
double exact_violation(const Problem& problem, const Genome& genome);

// The same, and what priors expect where there is no formula.
double foreseen_violation(const Problem& problem, const Genome& genome);

// Contract, checked for every entry of the registry by tests/contracts/algorithm_contract_test.cpp:
// - ask(n) gives at most n canonical genomes, never one that was proposed or told before; asking
//   for n is the same as asking n times for one;
// - an empty answer while trials are outstanding means "tell me first"; with none outstanding, that
//   the space is spent;
// - tell takes trials in any order; their order within one generation changes nothing that comes
//   after;
// - failed and infeasible trials never stop a search.
class SearchAlgorithm {
 public:
  virtual ~SearchAlgorithm() = default;
  virtual std::vector<Proposal> ask(std::size_t n) = 0;
  virtual void tell(std::span<const Trial> trials) = 0;
};

inline constexpr std::size_t kManyObjectives = 8;  // as many as a study may have

struct AlgorithmEntry {
  std::string name;
  std::string summary;  // what it is, one line
  std::string choose;   // when to choose it, one line
  std::string paper;    // where it comes from
  std::size_t max_objectives = kManyObjectives;
  bool uses_chance = true;  // whether the seed matters
  std::vector<OptionSpec> options;
  std::unique_ptr<SearchAlgorithm> (*make)(Problem problem, const OptionValues& options,
                                           std::uint64_t seed);
};

}  // namespace quarry::search
