// TPE: tree-structured Parzen estimators (Bergstra et al. 2011, NeurIPS 24, section 4; several
// objectives as Ozaki et al. 2022, JAIR 73). One density of the good trials, one of the others,
// each a mixture of a kernel over all genes around every trial and the uniform prior; of a few
// draws from the good the one with the largest ratio is measured. Choose it to compare with Optuna,
// or when predictors fail on a space.
#include <cmath>

#include "search/algorithms/generation.hpp"
#include "search/algorithms/registry.hpp"

namespace quarry::search {
namespace {

struct TpeOptions {
  std::size_t initial = 10;
  std::size_t batch = 4;
  std::size_t candidates = 64;
  double good_share = 0.1;
};

constexpr std::size_t kMostGood = 25;
constexpr std::size_t kMostOthers =
    500;  // of the trials that are not good; evenly from all of them

// A mixture over genomes. Weights of choices are precomputed per gene: [observed][choice].
class Parzen {
 public:
  Parzen(const SearchSpace& space, std::size_t kernels) : space_(space) {
    const double prior = 1.0 / static_cast<double>(kernels + 1);
    for (const Gene& gene : space.genes()) {
      const std::size_t choices = gene.choices.size();
      std::vector<double> shares;
      for (std::size_t observed = 0; observed < choices; ++observed) {
        std::vector<double> row;
        double total = 0.0;
        for (std::size_t c = 0; c < choices; ++c) {
          const double gap =
              c > observed ? static_cast<double>(c - observed) : static_cast<double>(observed - c);
          const bool near = gene.kind == GeneKind::kOrdinal || gap == 0.0;
          constexpr double kFallPerStep = 2.0;
          row.push_back(prior + (near ? std::exp(-kFallPerStep * gap) : 0.0));
          total += row.back();
        }
        for (const double weight : row) shares.push_back(weight / total);
      }
      shares_.push_back(std::move(shares));
    }
  }

  void add(std::span<const Choice> genome) { observed_.emplace_back(genome.begin(), genome.end()); }

  Genome draw(Rng& rng) const {
    const std::size_t kernel = rng.below(observed_.size() + 1);
    if (kernel == observed_.size()) return space_.random(rng);
    Genome genome(space_.size());
    for (std::size_t g = 0; g < genome.size(); ++g) {
      const std::size_t choices = space_.genes()[g].choices.size();
      // What is dead in the observation says nothing.
      if (!space_.is_alive(observed_[kernel], g)) {
        genome[g] = static_cast<Choice>(rng.below(choices));
        continue;
      }
      const double* const shares = shares_[g].data() + observed_[kernel][g] * choices;
      double rest = rng.uniform();
      std::size_t choice = 0;
      while (choice + 1 < choices && rest >= shares[choice]) rest -= shares[choice++];
      genome[g] = static_cast<Choice>(choice);
    }
    space_.canonicalise(genome);
    return genome;
  }

  double log_density(const Genome& genome) const {
    std::vector<double> logs;
    double prior = 0.0;
    for (std::size_t g = 0; g < genome.size(); ++g) {
      if (space_.is_alive(genome, g))
        prior -= std::log(static_cast<double>(space_.genes()[g].choices.size()));
    }
    logs.push_back(prior);
    for (const Genome& observed : observed_) {
      double product = 1.0;
      double log = 0.0;
      for (std::size_t g = 0; g < genome.size(); ++g) {
        if (!space_.is_alive(genome, g)) continue;
        const std::size_t choices = space_.genes()[g].choices.size();
        product *= space_.is_alive(observed, g) ? shares_[g][observed[g] * choices + genome[g]]
                                                : 1.0 / static_cast<double>(choices);
        if (product > 1e-200) continue;
        log += std::log(product);
        product = 1.0;
      }
      logs.push_back(log + std::log(product));
    }
    const double largest = *std::ranges::max_element(logs);
    double total = 0.0;
    for (const double log : logs) total += std::exp(log - largest);
    return largest + std::log(total / static_cast<double>(logs.size()));
  }

 private:
  const SearchSpace& space_;
  std::vector<std::vector<double>> shares_;  // per gene
  std::vector<Genome> observed_;
};

class Tpe final : public SearchAlgorithm {
 public:
  Tpe(Problem problem, const TpeOptions& options, std::uint64_t seed)
      : problem_(std::move(problem)), options_(options), rng_(seed), sampler_(*problem_.space) {}

  std::vector<Proposal> ask(std::size_t n) override {
    if (generation_.complete()) {
      measured_.append(generation_.take_results());
      Rng rng = rng_.fork("batch", batches_++);
      if (batches_ == 1 || measured_.size() < 2) {
        propose_initial_sample(problem_, options_.initial, generation_, rng);
      } else {
        propose_batch(rng);
      }
    }
    return generation_.ask(n);
  }

  void tell(std::span<const Trial> trials) override { generation_.tell(trials); }

 private:
  void propose_batch(Rng& rng) {
    const std::vector<std::size_t> order = best_first(measured_, measured_.size());
    const auto good = static_cast<std::size_t>(
        std::ceil(options_.good_share * static_cast<double>(order.size())));
    const std::size_t good_count = std::min(good, kMostGood);
    const std::size_t rest = order.size() - good_count;
    const std::size_t others_count = std::min(rest, kMostOthers);
    Parzen good_ones(*problem_.space, good_count);
    Parzen others(*problem_.space, others_count);
    for (std::size_t i = 0; i < good_count; ++i) good_ones.add(genome_at(order[i]));
    for (std::size_t i = 0; i < others_count; ++i)
      others.add(genome_at(order[good_count + i * rest / others_count]));
    while (generation_.proposed() < options_.batch) {
      std::optional<Genome> best = best_draw(good_ones, others, rng);
      if (!best) best = sampler_.draw(generation_.seen(), rng);
      if (!best) return;
      others.add(*best);  // until it is measured, a network does not call for its like
      generation_.propose({std::move(*best), {.how = "largest density ratio"}});
    }
  }

  std::optional<Genome> best_draw(const Parzen& good_ones, const Parzen& others, Rng& rng) const {
    std::optional<Genome> best;
    double best_score = 0.0;
    bool best_is_feasible = false;
    for (std::size_t drawn = 0; drawn < options_.candidates; ++drawn) {
      Genome genome = good_ones.draw(rng);
      if (generation_.seen().contains(genome)) continue;
      const bool feasible = exact_violation(problem_, genome) <= 0.0;
      if (best && best_is_feasible && !feasible) continue;
      const double score = good_ones.log_density(genome) - others.log_density(genome);
      if (best && best_is_feasible == feasible && score <= best_score) continue;
      best = std::move(genome);
      best_score = score;
      best_is_feasible = feasible;
    }
    return best;
  }

  std::span<const Choice> genome_at(std::size_t member) const {
    return generation_.seen()[measured_.members[member].genome];
  }

  Problem problem_;
  TpeOptions options_;
  Rng rng_;
  UnseenSampler sampler_;
  Generation generation_;
  Population measured_;
  std::uint64_t batches_ = 0;
};

std::vector<OptionSpec> option_specs() {
  const TpeOptions defaults;
  return {{.name = "initial",
           .fallback = static_cast<std::int64_t>(defaults.initial),
           .min = 2,
           .max = 10000,
           .help = "random trials before the first estimate"},
          {.name = "batch",
           .fallback = static_cast<std::int64_t>(defaults.batch),
           .min = 1,
           .max = 256,
           .help = "trials measured after each estimate"},
          {.name = "candidates",
           .fallback = static_cast<std::int64_t>(defaults.candidates),
           .min = 1,
           .max = 10000,
           .help = "draws of which the best is measured"},
          {.name = "good_share",
           .type = OptionType::kNumber,
           .fallback = defaults.good_share,
           .min = 0.01,
           .max = 0.9,
           .help = "share of the trials that count as good, at most 25 of them"}};
}

std::unique_ptr<SearchAlgorithm> make(Problem problem, const OptionValues& options,
                                      std::uint64_t seed) {
  return std::make_unique<Tpe>(
      std::move(problem),
      TpeOptions{.initial = static_cast<std::size_t>(options.integer("initial")),
                 .batch = static_cast<std::size_t>(options.integer("batch")),
                 .candidates = static_cast<std::size_t>(options.integer("candidates")),
                 .good_share = options.number("good_share")},
      seed);
}

}  // namespace

AlgorithmEntry tpe_entry() {
  return {.name = "tpe",
          .summary = "TPE: draws from a density of good trials, judged against that of the others",
          .choose = "to compare with Optuna, or when predictors fail on a space",
          .paper = "Bergstra et al. 2011, NeurIPS 24; Ozaki et al. 2022, JAIR 73",
          .options = option_specs(),
          .make = &make};
}

}  // namespace quarry::search
