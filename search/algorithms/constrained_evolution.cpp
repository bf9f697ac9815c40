// Evolution under hard constraints by rejection, as hardware-aware searches do it (HAT: Wang et al.
// 2020, ACL, section 3.2; ViT-ResNAS: Liao et al. 2021, section 3.3): the best feasible networks
// are parents, half of the children mutate many genes, half are crossed, and what breaks a bound
// known by formula is drawn again. Choose it for one objective under a hard limit.
#include "search/algorithms/evolution.hpp"
#include "search/algorithms/registry.hpp"

namespace quarry::search {
namespace {

class ConstrainedEvolution final : public Evolution {
 public:
  ConstrainedEvolution(Problem problem, const EvolutionOptions& options, std::size_t parents,
                       std::uint64_t seed)
      : Evolution(std::move(problem), options, seed), parent_count_(parents) {}

 private:
  void survive(const Population& results) override {
    parents_.append(results);
    parents_.keep(best_first(parents_, parent_count_));
  }

  bool can_breed() const override { return !parents_.empty(); }
  Member select(Rng& rng) override { return parents_.members[rng.below(parents_.size())]; }

  Proposal breed(std::size_t place, Rng& rng) override {
    const Member mother = select(rng);
    if (place < generation_size() / 2) return mutant_of(mother, rng);
    const Member father = select(rng);
    return {crossed(options().crossover_kind, *problem().space, genome_of(mother),
                    genome_of(father), rng),
            {.how = "crossover", .parents = {mother.trial, father.trial}}};
  }

  std::size_t parent_count_;
  Population parents_;
};

std::vector<OptionSpec> option_specs() {
  return {{.name = "population",
           .fallback = std::int64_t{100},
           .min = 4,
           .max = 10000,
           .help = "trials per generation"},
          {.name = "parents",
           .fallback = std::int64_t{25},
           .min = 2,
           .max = 10000,
           .help = "best networks that have children"},
          {.name = "mutation",
           .type = OptionType::kNumber,
           .fallback = 0.3,
           .min = 0,
           .max = 1,
           .help = "probability per living gene of a mutant"}};
}

std::unique_ptr<SearchAlgorithm> make(Problem problem, const OptionValues& options,
                                      std::uint64_t seed) {
  return std::make_unique<ConstrainedEvolution>(
      std::move(problem),
      EvolutionOptions{.population = static_cast<std::size_t>(options.integer("population")),
                       .mutation = options.number("mutation")},
      static_cast<std::size_t>(options.integer("parents")), seed);
}

}  // namespace

AlgorithmEntry constrained_evolution_entry() {
  return {.name = "constrained_evolution",
          .summary = "Evolution of the best feasible networks; what breaks a bound is drawn again",
          .choose = "for one objective under a hard limit, as HAT and ViT-ResNAS do",
          .paper = "Wang et al. 2020, ACL; Liao et al. 2021, arXiv 2109.00642",
          .options = option_specs(),
          .make = &make};
}

}  // namespace quarry::search
