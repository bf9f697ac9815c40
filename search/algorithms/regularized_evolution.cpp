// Regularized evolution: the oldest die, not the worst (Real, Aggarwal, Huang, Le 2019, AAAI 33,
// section "Evolutionary algorithm"). A child is a mutant of the best of a random sample; with
// several objectives the best is the least dominated, then the least crowded. Choose it when
// measurements are noisy: no lucky network stays for ever.
#include "search/algorithms/evolution.hpp"
#include "search/algorithms/registry.hpp"
#include "search/pareto/dominance.hpp"

namespace quarry::search {
namespace {

class RegularizedEvolution final : public Evolution {
 public:
  RegularizedEvolution(Problem problem, const EvolutionOptions& options, std::size_t sample,
                       std::size_t children, std::uint64_t seed)
      : Evolution(std::move(problem), options, seed), sample_(sample), children_(children) {}

 private:
  void survive(const Population& results) override {
    alive_.append(results);
    std::vector<std::size_t> order = indices(alive_.size());
    if (order.size() > options().population)
      order.erase(order.begin(), order.end() - static_cast<std::ptrdiff_t>(options().population));
    alive_.keep(order);
    rank_and_crowd(alive_.objectives, alive_.violations, scratch_, ranking_);
  }

  bool can_breed() const override { return !alive_.empty(); }
  std::size_t generation_size() const override { return children_; }

  Member select(Rng& rng) override {
    const auto& [ranks, crowding] = ranking_;
    std::size_t best = rng.below(alive_.size());
    for (std::size_t drawn = 1; drawn < sample_; ++drawn) {
      const std::size_t other = rng.below(alive_.size());
      const bool better = ranks[other] != ranks[best] ? ranks[other] < ranks[best]
                                                      : crowding[other] > crowding[best];
      if (better) best = other;
    }
    return alive_.members[best];
  }

  Proposal breed(std::size_t /*place*/, Rng& rng) override { return mutant_of(select(rng), rng); }

  std::size_t sample_;
  std::size_t children_;
  Population alive_;  // oldest first
  Ranking ranking_;
  RankingScratch scratch_;
};

std::vector<OptionSpec> option_specs() {
  return {{.name = "population",
           .fallback = std::int64_t{50},
           .min = 4,
           .max = 10000,
           .help = "networks alive at a time"},
          {.name = "sample",
           .fallback = std::int64_t{12},
           .min = 1,
           .max = 10000,
           .help = "networks of which the best becomes a parent"},
          {.name = "children",
           .fallback = std::int64_t{10},
           .min = 1,
           .max = 10000,
           .help = "mutants made, and oldest networks dropped, at a time"},
          {.name = "mutation",
           .type = OptionType::kNumber,
           .fallback = 0.0,
           .min = 0,
           .max = 1,
           .help = "probability per living gene; 0 = one gene on average"}};
}

std::unique_ptr<SearchAlgorithm> make(Problem problem, const OptionValues& options,
                                      std::uint64_t seed) {
  return std::make_unique<RegularizedEvolution>(
      std::move(problem),
      EvolutionOptions{.population = static_cast<std::size_t>(options.integer("population")),
                       .mutation = options.number("mutation")},
      static_cast<std::size_t>(options.integer("sample")),
      static_cast<std::size_t>(options.integer("children")), seed);
}

}  // namespace

AlgorithmEntry regularized_evolution_entry() {
  return {.name = "regularized_evolution",
          .summary = "Aging evolution: mutants of the best of a sample replace the oldest",
          .choose = "when measurements are noisy: no lucky network stays for ever",
          .paper = "Real, Aggarwal, Huang, Le 2019, AAAI 33",
          .options = option_specs(),
          .make = &make};
}

}  // namespace quarry::search
