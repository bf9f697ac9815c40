// Bayesian optimisation over genomes: Gaussian processes of categorical and ordinal genes, the
// logarithm of the expected hypervolume for one to three objectives (Daulton et al. 2020, NeurIPS
// 33; Ament et al. 2023, NeurIPS 36), ParEGO above (Knowles 2006), bounds by their probability,
// batches by believing each choice's mean until it is measured (Ginsbourger et al. 2010), and from
// 100 genes on a trust region around the front (Eriksson et al. 2019, NeurIPS 32). Choose it for
// fewer than 200 evaluations of something expensive, and to compare with BoTorch.
#include <algorithm>
#include <cmath>
#include <limits>

#include "search/acquisition/expected_hypervolume.hpp"
#include "search/acquisition/expected_improvement.hpp"
#include "search/acquisition/parego.hpp"
#include "search/algorithms/acquisition_search.hpp"
#include "search/algorithms/generation.hpp"
#include "search/algorithms/inner_search.hpp"
#include "search/algorithms/registry.hpp"
#include "search/algorithms/trust_region.hpp"
#include "search/variation/sampling.hpp"

namespace quarry::search {
namespace {

struct BayesianOptions {
  std::size_t initial = 10;
  std::size_t batch = 4;
  std::string acquisition = "auto";
  std::string trust_region = "auto";
  std::size_t max_rows = 300;
  std::size_t evaluations = 2000;
};

constexpr std::size_t kMostObjectivesByVolume = 3;
constexpr std::size_t kTrustRegionGenes = 100;
constexpr std::size_t kDraws = 64;

class Bayesian final : public SearchAlgorithm {
 public:
  Bayesian(Problem problem, BayesianOptions options, std::uint64_t seed)
      : problem_(std::move(problem)),
        options_(std::move(options)),
        rng_(seed),
        sampler_(*problem_.space),
        surrogate_(problem_, "gaussian_process", options_.max_rows),
        region_(problem_.space->size()) {
    by_volume_ = options_.acquisition == "auto" ? problem_.objectives <= kMostObjectivesByVolume
                                                : options_.acquisition == "hypervolume";
    by_volume_ = by_volume_ && problem_.objectives <= kMostObjectivesByVolume;
    bounded_ = options_.trust_region == "auto" ? problem_.space->size() >= kTrustRegionGenes
                                               : options_.trust_region == "on";
  }

  std::vector<Proposal> ask(std::size_t n) override {
    if (generation_.complete()) {
      const std::size_t before = measured_.size();
      measured_.append(generation_.take_results());
      if (before > 0) adapt_region(before);
      Rng rng = rng_.fork("batch", batches_++);
      if (batches_ == 1 || measured_.size() < 2) {
        propose_first(rng);
      } else {
        propose_batch(rng);
      }
    }
    return generation_.ask(n);
  }

  void tell(std::span<const Trial> trials) override { generation_.tell(trials); }

 private:
  void propose_first(Rng& rng) {
    for (const Genome& seed : problem_.seeds) generation_.propose({seed, {.how = "seed"}});
    for (Genome& corner : corners(*problem_.space))
      generation_.propose({std::move(corner), {.how = "corner"}});
    propose_initial_sample(problem_, options_.initial, generation_, rng);
  }

  void adapt_region(std::size_t before) {
    const std::vector<std::size_t> front = feasible_front(measured_);
    region_.adapt(std::ranges::any_of(front, [&](std::size_t i) { return i >= before; }));
  }

  // What is proposed is believed at its mean until it is measured. A large batch trains and evolves
  // for a few parts of it only; within a part the front alone moves on.
  void propose_batch(Rng& rng) {
    constexpr std::size_t kMostParts = 4;
    const std::size_t part = (options_.batch + kMostParts - 1) / kMostParts;
    Population believed = measured_;
    while (generation_.proposed() < options_.batch) {
      surrogate_.train(believed, generation_.seen());
      const std::size_t count = std::min(part, options_.batch - generation_.proposed());
      if (propose_part(count, believed, rng) > 0) continue;
      std::optional<Genome> genome = sampler_.draw(generation_.seen(), rng);
      if (!genome) return;
      generation_.propose({std::move(*genome), {.how = "random"}});
    }
  }

  // How many were proposed.
  std::size_t propose_part(std::size_t count, Population& believed, Rng& rng) {
    constexpr std::size_t kPool = 64;  // per proposal, of which the most valuable is taken
    std::vector<Genome> starts;
    for (const std::size_t i : feasible_front(believed)) {
      const auto genome = generation_.seen()[believed.members[i].genome];
      starts.emplace_back(genome.begin(), genome.end());
    }
    const std::vector<Genome> centres = starts;
    Value value = value_of(believed, rng);
    const Acquisition acquisition = [&](std::span<const Genome> genomes) {
      std::vector<double> values = values_of(surrogate_.believe(genomes), value);
      for (std::size_t i = 0; bounded_ && i < genomes.size(); ++i)
        values[i] -= region_.penalty(genomes[i], centres);
      return values;
    };
    const std::vector<Genome> pool =
        most_valuable(*problem_.space, acquisition, std::move(starts), generation_.seen(),
                      count == 1 ? 1 : count * kPool, options_.evaluations,
                      rng.fork("inner", believed.size()).next());
    const Beliefs beliefs = surrogate_.believe(pool);
    std::vector<bool> taken(pool.size());
    std::size_t proposed = 0;
    std::size_t best = 0;  // the first is the most valuable
    while (proposed < std::min(count, pool.size())) {
      propose(pool[best], beliefs, best, believed);
      taken[best] = true;
      if (++proposed == std::min(count, pool.size())) break;
      value = value_of(believed, rng);
      const std::vector<double> values = values_of(beliefs, value);
      best = pool.size();
      for (std::size_t i = 0; i < pool.size(); ++i) {
        if (!taken[i] && (best == pool.size() || values[i] > values[best])) best = i;
      }
    }
    return proposed;
  }

  void propose(const Genome& genome, const Beliefs& beliefs, std::size_t i, Population& believed) {
    const auto mean = beliefs.objectives[i];
    generation_.propose(
        {genome,
         {.how = by_volume_ ? "largest expected hypervolume" : "largest expected improvement",
          .predicted = {mean.begin(), mean.end()}}});
    double violation = 0.0;
    for (const double margin : beliefs.margins[i]) violation += std::max(margin, 0.0);
    believed.add({.trial = std::numeric_limits<std::size_t>::max(),
                  .genome = *generation_.seen().find(genome)},
                 mean, violation, beliefs.margins[i]);
  }

  // The logarithm of what a belief promises, its bounds left out.
  using Value = std::function<double(const Beliefs&, std::size_t)>;

  Value value_of(const Population& believed, Rng& rng) const {
    const std::vector<std::size_t> front = feasible_front(believed);
    if (front.empty()) return [](const Beliefs&, std::size_t) { return 0.0; };
    return by_volume_ ? hypervolume_value(believed, front) : scalar_value(believed, front, rng);
  }

  static std::vector<double> values_of(const Beliefs& beliefs, const Value& value) {
    std::vector<double> values;
    for (std::size_t i = 0; i < beliefs.objectives.size(); ++i) {
      values.push_back(value(beliefs, i) +
                       log_probability_feasible(beliefs.margins[i], beliefs.margin_deviations[i]));
    }
    return values;
  }

  Value hypervolume_value(const Population& believed, const std::vector<std::size_t>& front) const {
    const auto [low, high] = box_of(believed, front);
    std::vector<double> reference;
    for (std::size_t k = 0; k < low.size(); ++k)
      reference.push_back(high[k] + 0.1 * std::max(high[k] - low[k], 1e-9 * std::abs(high[k])));
    Points points(problem_.objectives);
    for (const std::size_t i : front) points.add(believed.objectives[i]);
    return
        [expected = ExpectedHypervolume(points, reference)](const Beliefs& beliefs, std::size_t i) {
          return expected.log_improvement(beliefs.objectives[i], beliefs.objective_deviations[i]);
        };
  }

  Value scalar_value(const Population& believed, const std::vector<std::size_t>& front,
                     Rng& rng) const {
    const auto box = box_of(believed, front);
    const std::vector<double> weights = random_weights(problem_.objectives, rng);
    std::vector<double> draws;
    for (std::size_t i = 0; i < kDraws * problem_.objectives; ++i) draws.push_back(rng.normal());
    const auto range = [box](std::size_t k) {
      const double width = box.second[k] - box.first[k];
      return width > 0.0 ? width : 1.0;
    };
    double best = std::numeric_limits<double>::infinity();
    for (const std::size_t f : front) {
      std::vector<double> unit;
      for (std::size_t k = 0; k < weights.size(); ++k)
        unit.push_back((believed.objectives[f][k] - box.first[k]) / range(k));
      best = std::min(best, scalarised(unit, weights));
    }
    return [=](const Beliefs& beliefs, std::size_t i) {
      std::vector<double> means;
      std::vector<double> deviations;
      for (std::size_t k = 0; k < weights.size(); ++k) {
        means.push_back((beliefs.objectives[i][k] - box.first[k]) / range(k));
        deviations.push_back(beliefs.objective_deviations[i][k] / range(k));
      }
      return log_expected_scalar_improvement(means, deviations, weights, best, draws);
    };
  }

  // The smallest and largest of each objective on the front.
  std::pair<std::vector<double>, std::vector<double>> box_of(
      const Population& believed, const std::vector<std::size_t>& front) const {
    std::vector<double> low(problem_.objectives, std::numeric_limits<double>::infinity());
    std::vector<double> high(problem_.objectives, -std::numeric_limits<double>::infinity());
    for (const std::size_t i : front) {
      for (std::size_t k = 0; k < low.size(); ++k) {
        low[k] = std::min(low[k], believed.objectives[i][k]);
        high[k] = std::max(high[k], believed.objectives[i][k]);
      }
    }
    return {low, high};
  }

  Problem problem_;
  BayesianOptions options_;
  Rng rng_;
  UnseenSampler sampler_;
  Surrogate surrogate_;
  TrustRegion region_;
  bool by_volume_ = true;
  bool bounded_ = false;
  Generation generation_;
  Population measured_;
  std::uint64_t batches_ = 0;
};

std::vector<OptionSpec> option_specs() {
  const BayesianOptions defaults;
  return {{.name = "initial",
           .fallback = static_cast<std::int64_t>(defaults.initial),
           .min = 2,
           .max = 10000,
           .help = "trials before the first model, seeds and the space's corners among them"},
          {.name = "batch",
           .fallback = static_cast<std::int64_t>(defaults.batch),
           .min = 1,
           .max = 256,
           .help = "trials measured after each model"},
          {.name = "acquisition",
           .type = OptionType::kText,
           .fallback = defaults.acquisition,
           .allowed = {"auto", "hypervolume", "parego"},
           .help = "what is maximised; auto: hypervolume up to three objectives, ParEGO above"},
          {.name = "trust_region",
           .type = OptionType::kText,
           .fallback = defaults.trust_region,
           .allowed = {"auto", "on", "off"},
           .help = "stay near the front; auto: from 100 genes on"},
          {.name = "max_rows",
           .fallback = static_cast<std::int64_t>(defaults.max_rows),
           .min = 20,
           .max = 2000,
           .help = "trials that the processes learn from, the best of all"},
          {.name = "evaluations",
           .fallback = static_cast<std::int64_t>(defaults.evaluations),
           .min = 100,
           .max = 1000000,
           .help = "networks that each maximisation looks at"}};
}

std::unique_ptr<SearchAlgorithm> make(Problem problem, const OptionValues& options,
                                      std::uint64_t seed) {
  return std::make_unique<Bayesian>(
      std::move(problem),
      BayesianOptions{.initial = static_cast<std::size_t>(options.integer("initial")),
                      .batch = static_cast<std::size_t>(options.integer("batch")),
                      .acquisition = options.text("acquisition"),
                      .trust_region = options.text("trust_region"),
                      .max_rows = static_cast<std::size_t>(options.integer("max_rows")),
                      .evaluations = static_cast<std::size_t>(options.integer("evaluations"))},
      seed);
}

}  // namespace

AlgorithmEntry bayesian_entry() {
  return {
      .name = "bayesian",
      .summary = "Gaussian processes and the log expected hypervolume; ParEGO above three",
      .choose = "for fewer than 200 evaluations of something expensive; to compare with BoTorch",
      .paper = "Daulton et al. 2020, NeurIPS 33; Ament et al. 2023, NeurIPS 36",
      .options = option_specs(),
      .make = &make};
}

}  // namespace quarry::search
