// Quarry: few measurements, each chosen by Gaussian processes. After the corners of the space and a
// few random networks it repeats: fit a process per measured objective; look at the space through
// predictions that are better than their means by a random number of standard deviations (Berk et
// al. 2020, randomised confidence bounds); evolve on them from the measured front; measure the few
// networks that add most hypervolume. Choose it for up to about 2000 evaluations of anything that
// takes longer than a tenth of a second to measure. Why each part is there: search/README.md.
#include <algorithm>

#include "search/algorithms/generation.hpp"
#include "search/algorithms/inner_search.hpp"
#include "search/algorithms/registry.hpp"
#include "search/variation/sampling.hpp"

namespace quarry::search {
namespace {

constexpr std::size_t kTrialsPerPick = 500;

struct QuarryOptions {
  std::size_t initial = 10;
  std::size_t batch = 2;
  double optimism = 2.5;
  bool corners = true;
  std::string predictor = "gaussian_process";
  std::size_t max_rows = 400;
  InnerSearchOptions inner;
};

class Quarry final : public SearchAlgorithm {
 public:
  Quarry(Problem problem, QuarryOptions options, std::uint64_t seed)
      : problem_(std::move(problem)),
        options_(std::move(options)),
        rng_(seed),
        sampler_(*problem_.space),
        surrogate_(problem_, options_.predictor, options_.max_rows) {}

  std::vector<Proposal> ask(std::size_t n) override {
    if (generation_.complete()) {
      measured_.append(generation_.take_results());
      propose_batch(rng_.fork("batch", loops_));
      ++loops_;
    }
    return generation_.ask(n);
  }

  void tell(std::span<const Trial> trials) override { generation_.tell(trials); }

 private:
  void propose_batch(Rng rng) {
    // With fewer than two rows there is nothing to learn from yet.
    if (loops_ == 0 || measured_.size() < 2) return propose_first(rng);
    surrogate_.train(measured_, generation_.seen());
    // A look costs the same however many trials there are, and tells less of each.
    const std::size_t batch = std::max(options_.batch, measured_.size() / kTrialsPerPick);
    propose_predicted_front(rng, batch);
    while (generation_.proposed() < batch) {
      std::optional<Genome> genome = sampler_.draw(generation_.seen(), rng);
      if (!genome) break;
      generation_.propose({std::move(*genome), {.how = "random"}});
    }
  }

  void propose_first(Rng& rng) {
    for (const Genome& seed : problem_.seeds) generation_.propose({seed, {.how = "seed"}});
    if (options_.corners) {
      for (Genome& corner : corners(*problem_.space))
        generation_.propose({std::move(corner), {.how = "corner"}});
    }
    propose_initial_sample(problem_, options_.initial, generation_, rng);
  }

  void propose_predicted_front(Rng& rng, std::size_t batch_size) {
    std::vector<Genome> seeds;
    Points covered(problem_.objectives);
    for (const std::size_t i : feasible_front(measured_)) {
      const auto genome = generation_.seen()[measured_.members[i].genome];
      seeds.emplace_back(genome.begin(), genome.end());
      covered.add(measured_.objectives[i]);
    }
    const double optimism = options_.optimism * rng.uniform();
    const Candidates candidates =
        inner_search(problem_, options_.inner, std::move(seeds), rng.fork("inner").next(),
                     [&](std::span<const Genome> genomes, Candidates& predicted) {
                       surrogate_.predict(genomes, optimism, predicted);
                     });
    const std::vector<std::size_t> batch =
        choose_batch(candidates, generation_.seen(), covered, batch_size);
    Candidates expected(problem_.objectives);
    surrogate_.predict(picked(candidates.genomes, batch), 0.0, expected);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const auto predicted = expected.objectives[i];
      generation_.propose(
          {expected.genomes[i],
           {.how = "predicted front", .predicted = {predicted.begin(), predicted.end()}}});
    }
  }

  Problem problem_;
  QuarryOptions options_;
  Rng rng_;
  UnseenSampler sampler_;
  Surrogate surrogate_;
  Generation generation_;
  Population measured_;
  std::uint64_t loops_ = 0;
};

std::vector<OptionSpec> option_specs() {
  const QuarryOptions defaults;
  std::vector<OptionSpec> specs = {
      {.name = "initial",
       .fallback = static_cast<std::int64_t>(defaults.initial),
       .min = 2,
       .max = 10000,
       .help = "trials before the first prediction, seeds and the space's corners among them"},
      {.name = "batch",
       .fallback = static_cast<std::int64_t>(defaults.batch),
       .min = 1,
       .max = 256,
       .help = "trials measured after each look at the predictions; few find more, many keep "
               "more workers busy; at least one for every 500 trials measured before"},
      {.name = "optimism",
       .type = OptionType::kNumber,
       .fallback = defaults.optimism,
       .min = 0,
       .max = 10,
       .help = "most standard deviations by which a prediction is taken better than its mean"},
      {.name = "corners",
       .type = OptionType::kFlag,
       .fallback = defaults.corners,
       .help = "measure the network of all first and that of all last choices at the start"},
      predictor_option_spec(defaults.predictor),
      {.name = "max_rows",
       .fallback = static_cast<std::int64_t>(defaults.max_rows),
       .min = 20,
       .max = 2000,
       .help = "trials that predictors learn from, the best of all"}};
  for (OptionSpec& spec : inner_search_option_specs(defaults.inner))
    specs.push_back(std::move(spec));
  return specs;
}

std::unique_ptr<SearchAlgorithm> make(Problem problem, const OptionValues& options,
                                      std::uint64_t seed) {
  return std::make_unique<Quarry>(
      std::move(problem),
      QuarryOptions{.initial = static_cast<std::size_t>(options.integer("initial")),
                    .batch = static_cast<std::size_t>(options.integer("batch")),
                    .optimism = options.number("optimism"),
                    .corners = options.flag("corners"),
                    .predictor = options.text("predictor"),
                    .max_rows = static_cast<std::size_t>(options.integer("max_rows")),
                    .inner = read_inner_search_options(options)},
      seed);
}

}  // namespace

AlgorithmEntry quarry_entry() {
  return {
      .name = "quarry",
      .summary = "Gaussian processes, randomised optimism, evolution on what they predict",
      .choose = "by default: up to about 2000 evaluations that take a tenth of a second or more",
      .paper = "after Berk et al. 2020, IJCAI; Cummings et al. 2022, arXiv 2205.10358",
      .options = option_specs(),
      .make = &make};
}

}  // namespace quarry::search
