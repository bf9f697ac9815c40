// Tested by the algorithm contract and by tests/search/algorithms_test.cpp.
#include "search/algorithms/evolution.hpp"

#include <algorithm>

#include "search/variation/mutation.hpp"
#include "search/variation/repair.hpp"

namespace quarry::search {

std::vector<OptionSpec> evolution_option_specs() {
  return {{.name = "population",
           .fallback = std::int64_t{50},
           .min = 4,
           .max = 10000,
           .help = "trials per generation"},
          {.name = "crossover",
           .type = OptionType::kNumber,
           .fallback = 0.9,
           .min = 0,
           .max = 1,
           .help = "probability that a child has two parents"},
          {.name = "crossover_kind",
           .type = OptionType::kText,
           .fallback = std::string("uniform"),
           .allowed = {"uniform", "two_point", "sbx"},
           .help = "how a child mixes two parents; sbx looks between ordinal choices"},
          {.name = "mutation",
           .type = OptionType::kNumber,
           .fallback = 0.0,
           .min = 0,
           .max = 1,
           .help = "probability per living gene; 0 = one gene on average"}};
}

EvolutionOptions read_evolution_options(const OptionValues& options) {
  const std::string& kind = options.text("crossover_kind");
  return {.population = static_cast<std::size_t>(options.integer("population")),
          .crossover = options.number("crossover"),
          .crossover_kind = kind == "sbx"         ? Crossover::kSbx
                            : kind == "two_point" ? Crossover::kTwoPoint
                                                  : Crossover::kUniform,
          .mutation = options.number("mutation")};
}

Evolution::Evolution(Problem problem, const EvolutionOptions& options, std::uint64_t seed)
    : problem_(std::move(problem)),
      options_(options),
      rng_(seed),
      mutation_rate_(options.mutation > 0.0 ? options.mutation
                                            : 1.0 / static_cast<double>(problem_.space->size())),
      sampler_(*problem_.space) {}

std::vector<Proposal> Evolution::ask(std::size_t n) {
  if (generation_.complete()) {
    survive(generation_.take_results());
    Rng rng = rng_.fork("generation", generations_++);
    if (can_breed()) {
      const std::size_t size = generation_size();
      while (generation_.proposed() < size && propose_child(generation_.proposed(), rng)) {
      }
    } else {
      propose_initial_sample(problem_, options_.population, generation_, rng);
    }
  }
  return generation_.ask(n);
}

// Families that have run dry make way for a network from anywhere, so that a small space is
// searched to its end. A child that breaks a bound known by formula is made again, at last
// repaired.
bool Evolution::propose_child(std::size_t place, Rng& rng) {
  constexpr int kTries = 32;
  constexpr std::size_t kMaxChanges = 64;
  const auto violation = [&](const Genome& genome) { return exact_violation(problem_, genome); };
  std::optional<Proposal> infeasible;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    Proposal child = breed(place, rng);
    if (!problem_.bounds.empty() && violation(child.genome) > 0.0) {
      infeasible = std::move(child);
    } else if (generation_.propose(std::move(child))) {
      return true;
    }
  }
  if (infeasible) {
    repair(*problem_.space, infeasible->genome, violation, kMaxChanges, rng);
    if (generation_.propose(std::move(*infeasible))) return true;
  }
  std::optional<Genome> genome = sampler_.draw(generation_.seen(), rng);
  return genome && generation_.propose({std::move(*genome), {.how = "random"}});
}

Proposal Evolution::breed(std::size_t /*place*/, Rng& rng) {
  const Member mother = select(rng);
  return rng.chance(options_.crossover) ? child_of(mother, select(rng), rng)
                                        : mutant_of(mother, rng);
}

Proposal Evolution::child_of(const Member& mother, const Member& father, Rng& rng) const {
  Proposal child{
      crossed(options_.crossover_kind, *problem_.space, genome_of(mother), genome_of(father), rng),
      {.how = "crossover", .parents = {mother.trial, father.trial}}};
  mutate(*problem_.space, child.genome, mutation_rate_, rng);
  return child;
}

Proposal Evolution::mutant_of(const Member& parent, Rng& rng) const {
  const std::span<const Choice> genome = genome_of(parent);
  Proposal child{{genome.begin(), genome.end()}, {.how = "mutation", .parents = {parent.trial}}};
  mutate(*problem_.space, child.genome, mutation_rate_, rng);
  return child;
}

}  // namespace quarry::search
