// The search among predictions that every predictor-driven algorithm makes between two batches of
// measurements: an evolutionary algorithm of the registry, fed by a function instead of trials; and
// the choice of the batch from everything that it looked at.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "search/algorithms/surrogate.hpp"
#include "search/core/rng.hpp"

namespace quarry::search {

struct InnerSearchOptions {
  std::string algorithm = "nsga2";
  std::size_t population = 50;
  std::size_t evaluations = 6000;
};

// "inner/name", "inner/population", "inner/evaluations".
std::vector<OptionSpec> inner_search_option_specs(const InnerSearchOptions& defaults);
InnerSearchOptions read_inner_search_options(const OptionValues& options);

// Appends the expected objectives and violations of these genomes.
using PredictBatch = std::function<void(std::span<const Genome> genomes, Candidates& predicted)>;

// Every distinct network that the evolution looked at, in order, the seeds first.
Candidates inner_search(const Problem& problem, const InnerSearchOptions& options,
                        std::vector<Genome> seeds, std::uint64_t seed, const PredictBatch& predict);

// At most `count` indices of candidates that are not in `seen`, chosen one after the other for the
// hypervolume that each adds to the measured front and those before it (objectives scaled to the
// range of both). What adds nothing comes in order of its front, the infeasible last.
std::vector<std::size_t> choose_batch(const Candidates& candidates, const SeenGenomes& seen,
                                      const Points& measured_front, std::size_t count);

// The indices of the feasible non-dominated members.
std::vector<std::size_t> feasible_front(const Population& measured);

}  // namespace quarry::search
