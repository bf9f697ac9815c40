// Estimation of distribution: per gene the shares of its choices among the best networks, from
// which the next are drawn (UMDA, Muehlenbein and Paass 1996; with memory as PBIL, Baluja 1994). A
// gene's shares count only the networks in which it lives. Choose it as a simple generative model
// when genes matter one by one.
#include "search/algorithms/evolution.hpp"
#include "search/algorithms/registry.hpp"

namespace quarry::search {
namespace {

class Eda final : public Evolution {
 public:
  Eda(Problem problem, const EvolutionOptions& options, double elite_share, double learning_rate,
      std::uint64_t seed)
      : Evolution(std::move(problem), options, seed),
        elite_share_(elite_share),
        learning_rate_(learning_rate) {
    for (const Gene& gene : this->problem().space->genes())
      shares_.emplace_back(gene.choices.size(), 1.0 / static_cast<double>(gene.choices.size()));
  }

 private:
  void survive(const Population& results) override {
    if (results.empty()) return;
    best_.append(results);
    best_.keep(best_first(best_, options().population));
    learn();
  }

  // Shares among the elite, smoothed by one count spread over the choices, mixed into those before.
  void learn() {
    const auto elite = std::max<std::size_t>(
        2, static_cast<std::size_t>(elite_share_ * static_cast<double>(best_.size())));
    std::vector<std::vector<double>> counts;
    for (const std::vector<double>& gene : shares_)
      counts.emplace_back(gene.size(), 1.0 / static_cast<double>(gene.size()));
    Genome genome;
    for (std::size_t i = 0; i < std::min(elite, best_.size()); ++i) {
      const auto chosen = genome_of(best_.members[i]);
      genome.assign(chosen.begin(), chosen.end());
      for (std::size_t g = 0; g < genome.size(); ++g) {
        if (problem().space->is_alive(genome, g)) counts[g][genome[g]] += 1.0;
      }
    }
    for (std::size_t g = 0; g < shares_.size(); ++g) {
      double total = 0.0;
      for (const double count : counts[g]) total += count;
      for (std::size_t c = 0; c < shares_[g].size(); ++c)
        shares_[g][c] += learning_rate_ * (counts[g][c] / total - shares_[g][c]);
    }
  }

  bool can_breed() const override { return !best_.empty(); }
  Member select(Rng& rng) override { return best_.members[rng.below(best_.size())]; }

  Proposal breed(std::size_t /*place*/, Rng& rng) override {
    Genome genome(shares_.size());
    for (std::size_t g = 0; g < genome.size(); ++g) {
      double rest = rng.uniform();
      std::size_t choice = 0;
      while (choice + 1 < shares_[g].size() && rest >= shares_[g][choice])
        rest -= shares_[g][choice++];
      genome[g] = static_cast<Choice>(choice);
    }
    problem().space->canonicalise(genome);
    return {std::move(genome), {.how = "drawn from the best"}};
  }

  double elite_share_;
  double learning_rate_;
  std::vector<std::vector<double>> shares_;  // per gene and choice
  Population best_;                          // best first
};

std::vector<OptionSpec> option_specs() {
  return {{.name = "population",
           .fallback = std::int64_t{50},
           .min = 4,
           .max = 10000,
           .help = "trials per generation, and best networks remembered"},
          {.name = "elite_share",
           .type = OptionType::kNumber,
           .fallback = 0.5,
           .min = 0.01,
           .max = 1,
           .help = "share of the remembered that the distribution is learned from"},
          {.name = "learning_rate",
           .type = OptionType::kNumber,
           .fallback = 0.5,
           .min = 0.01,
           .max = 1,
           .help = "how much of the old distribution each generation replaces"}};
}

std::unique_ptr<SearchAlgorithm> make(Problem problem, const OptionValues& options,
                                      std::uint64_t seed) {
  return std::make_unique<Eda>(
      std::move(problem),
      EvolutionOptions{.population = static_cast<std::size_t>(options.integer("population"))},
      options.number("elite_share"), options.number("learning_rate"), seed);
}

}  // namespace

AlgorithmEntry eda_entry() {
  return {.name = "eda",
          .summary = "Estimation of distribution: draws from the choices' shares among the best",
          .choose = "when genes matter one by one; a simple generative model of good networks",
          .paper = "Muehlenbein and Paass 1996, PPSN IV; Baluja 1994",
          .options = option_specs(),
          .make = &make};
}

}  // namespace quarry::search
