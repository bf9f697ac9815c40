// LINAS: lightweight iterative neural architecture search (Cummings et al. 2022, arXiv 2205.10358,
// algorithm 1). Measure a sample, train a predictor per objective, search the predictions with
// evolution, measure the most promising, repeat. Against the reference: objectives with a closed
// formula are computed, not predicted; dead genes are masked; nothing is proposed twice; every
// inner search has a seed of its own; batches are small and chosen for hypervolume from everything
// that the inner search saw. Choose it to repeat the published method.
#include <algorithm>

#include "search/algorithms/generation.hpp"
#include "search/algorithms/inner_search.hpp"
#include "search/algorithms/registry.hpp"
#include "search/variation/mutation.hpp"

namespace quarry::search {
namespace {

struct LinasOptions {
  std::size_t population = 40;
  std::size_t batch = 20;
  std::string predictor = "ridge";
  InnerSearchOptions inner;
};

constexpr std::size_t kMaxRows = 500;  // that a predictor learns from

class Linas final : public SearchAlgorithm {
 public:
  Linas(Problem problem, LinasOptions options, std::uint64_t seed)
      : problem_(std::move(problem)),
        options_(std::move(options)),
        rng_(seed),
        sampler_(*problem_.space),
        surrogate_(problem_, options_.predictor, kMaxRows) {}

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
    if (loops_ == 0 || measured_.size() < 2)
      return propose_initial_sample(problem_, options_.population, generation_, rng);
    surrogate_.train(measured_, generation_.seen());
    const std::vector<std::size_t> front = feasible_front(measured_);
    propose_predicted_front(front, rng);
    propose_neighbours(front, rng);
    while (generation_.proposed() < options_.batch) {
      std::optional<Genome> genome = sampler_.draw(generation_.seen(), rng);
      if (!genome) break;
      generation_.propose({std::move(*genome), {.how = "random"}});
    }
  }

  void propose_predicted_front(const std::vector<std::size_t>& front, Rng& rng) {
    std::vector<Genome> seeds;
    Points covered(problem_.objectives);
    for (const std::size_t i : front) {
      const auto genome = generation_.seen()[measured_.members[i].genome];
      seeds.emplace_back(genome.begin(), genome.end());
      covered.add(measured_.objectives[i]);
    }
    const Candidates candidates =
        inner_search(problem_, options_.inner, std::move(seeds), rng.fork("inner").next(),
                     [&](std::span<const Genome> genomes, Candidates& predicted) {
                       surrogate_.predict(genomes, 0.0, predicted);
                     });
    const std::size_t count = options_.batch - options_.batch / 5;
    for (const std::size_t i : choose_batch(candidates, generation_.seen(), covered, count)) {
      const auto predicted = candidates.objectives[i];
      generation_.propose(
          {candidates.genomes[i],
           {.how = "predicted front", .predicted = {predicted.begin(), predicted.end()}}});
    }
  }

  // Predictions cannot be trusted where nothing was measured: every fifth proposal is a neighbour
  // of the measured front instead, in turn of its end in each objective and of any member.
  void propose_neighbours(const std::vector<std::size_t>& front, Rng& rng) {
    constexpr std::size_t kTries = 32;
    const double rate = 1.0 / static_cast<double>(problem_.space->size());
    for (std::size_t attempt = 0;
         attempt < kTries && generation_.proposed() < options_.batch && !front.empty(); ++attempt) {
      const std::size_t turn = attempt % (problem_.objectives + 1);
      const std::size_t parent =
          turn < problem_.objectives ? end_of(front, turn) : front[rng.below(front.size())];
      const auto parent_genome = generation_.seen()[measured_.members[parent].genome];
      Genome genome(parent_genome.begin(), parent_genome.end());
      mutate(*problem_.space, genome, rate, rng);
      generation_.propose(
          {std::move(genome),
           {.how = "neighbour of the front", .parents = {measured_.members[parent].trial}}});
    }
  }

  std::size_t end_of(const std::vector<std::size_t>& front, std::size_t objective) const {
    return *std::ranges::min_element(
        front, {}, [&](std::size_t i) { return measured_.objectives[i][objective]; });
  }

  Problem problem_;
  LinasOptions options_;
  Rng rng_;
  UnseenSampler sampler_;
  Surrogate surrogate_;
  Generation generation_;
  Population measured_;
  std::uint64_t loops_ = 0;
};

std::vector<OptionSpec> option_specs() {
  std::vector<OptionSpec> specs = {{.name = "population",
                                    .fallback = std::int64_t{40},
                                    .min = 4,
                                    .max = 10000,
                                    .help = "random trials before the first predictor"},
                                   {.name = "batch",
                                    .fallback = std::int64_t{20},
                                    .min = 1,
                                    .max = 1000,
                                    .help = "trials measured after each inner search"},
                                   predictor_option_spec("ridge")};
  for (OptionSpec& spec : inner_search_option_specs({.evaluations = 10000}))
    specs.push_back(std::move(spec));
  return specs;
}

std::unique_ptr<SearchAlgorithm> make(Problem problem, const OptionValues& options,
                                      std::uint64_t seed) {
  return std::make_unique<Linas>(
      std::move(problem),
      LinasOptions{.population = static_cast<std::size_t>(options.integer("population")),
                   .batch = static_cast<std::size_t>(options.integer("batch")),
                   .predictor = options.text("predictor"),
                   .inner = read_inner_search_options(options)},
      seed);
}

}  // namespace

AlgorithmEntry linas_entry() {
  return {.name = "linas",
          .summary = "LINAS: evolution on predictors that are trained anew after every batch",
          .choose = "to repeat the published method, its known defects repaired",
          .paper = "Cummings et al. 2022, arXiv 2205.10358",
          .options = option_specs(),
          .make = &make};
}

}  // namespace quarry::search
