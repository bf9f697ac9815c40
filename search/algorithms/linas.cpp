// LINAS: lightweight iterative neural architecture search (Cummings et al. 2022, arXiv 2205.10358,
// algorithm 1). Measure a sample, train a predictor per objective, search the predictions with
// NSGA-II, measure the most promising, repeat. Against the reference: objectives with a closed
// formula are computed, not predicted; dead genes are masked; nothing is proposed twice; every
// inner search has a seed of its own; batches are small and chosen for hypervolume from everything
// that the inner search saw. Choose it for the usual budget of 100 to 1000 real evaluations.
#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "predictors/predictor.hpp"
#include "search/algorithms/generation.hpp"
#include "search/algorithms/nsga2.hpp"
#include "search/algorithms/registry.hpp"
#include "search/core/features.hpp"
#include "search/pareto/dominance.hpp"
#include "search/pareto/hypervolume.hpp"
#include "search/variation/operators.hpp"

namespace quarry::search {
namespace {

struct LinasOptions {
  std::size_t population = 40;
  std::size_t batch = 20;
  std::string predictor = "ridge";
  std::size_t inner_population = 50;
  std::size_t inner_evaluations = 10000;
};

struct Candidate {
  Genome genome;
  ObjectiveVector predicted;
  double violation = 0.0;
};

class Linas final : public SearchAlgorithm {
 public:
  Linas(Problem problem, LinasOptions options, std::uint64_t seed)
      : problem_(std::move(problem)),
        options_(std::move(options)),
        rng_(seed),
        sampler_(*problem_.space) {}

  std::vector<Proposal> ask(std::size_t n) override {
    if (generation_.complete()) {
      for (Trial& trial : generation_.take_results()) {
        if (trial.succeeded) measured_.push_back(std::move(trial));
      }
      generation_.start(next_batch());
      ++loops_;
    }
    return generation_.ask(n);
  }

  void tell(std::span<const Trial> trials) override {
    for (const Trial& trial : trials) seen_.insert(trial.genome);
    generation_.tell(trials);
  }

 private:
  std::vector<Proposal> next_batch() {
    Rng rng = rng_.fork("linas", loops_);
    // With fewer than two rows there is nothing to learn from yet.
    if (loops_ == 0 || measured_.size() < 2)
      return initial_sample(problem_, options_.population, seen_, rng);
    train();
    std::vector<Proposal> batch = select(inner_search());
    explore(batch, rng);
    return batch;
  }

  // Predictions cannot be trusted where nothing was measured: every fifth proposal is a neighbour
  // of the measured front instead, in turn of its end in each objective and of any member. What is
  // then still missing comes from anywhere.
  void explore(std::vector<Proposal>& batch, Rng& rng) {
    constexpr std::size_t kTries = 32;
    const std::vector<std::size_t> front = front_of(measured_);
    const double rate = 1.0 / static_cast<double>(problem_.space->size());
    for (std::size_t attempt = 0;
         attempt < kTries && batch.size() < options_.batch && !front.empty(); ++attempt) {
      const std::size_t turn = attempt % (problem_.objectives + 1);
      const Trial& parent = turn < problem_.objectives ? end_of(front, turn)
                                                       : measured_[front[rng.below(front.size())]];
      Genome genome = parent.genome;
      mutate(*problem_.space, genome, rate, rng);
      if (!seen_.insert(genome)) continue;
      batch.push_back(
          {std::move(genome), {.how = "neighbour of the front", .parents = {parent.number}}});
    }
    while (batch.size() < options_.batch) {
      std::optional<Genome> genome = sampler_.draw(seen_, rng);
      if (!genome) break;
      seen_.insert(*genome);
      batch.push_back({std::move(*genome), {.how = "random"}});
    }
  }

  const Trial& end_of(const std::vector<std::size_t>& front, std::size_t objective) const {
    const auto best = std::ranges::min_element(
        front, {}, [&](std::size_t i) { return measured_[i].objectives[objective]; });
    return measured_[*best];
  }

  bool is_exact(std::size_t objective) const {
    return objective < problem_.exact.size() && problem_.exact[objective];
  }

  void train() {
    const SearchSpace& space = *problem_.space;
    predictors::Matrix x(measured_.size(), masked_one_hot_width(space));
    for (std::size_t i = 0; i < measured_.size(); ++i)
      write_masked_one_hot(space, measured_[i].genome, x.row(i));
    const predictors::PredictorEntry* entry = predictors::find_predictor(options_.predictor);
    assert(entry != nullptr);
    predictors_.clear();
    for (std::size_t k = 0; k < problem_.objectives; ++k) {
      predictors_.push_back(nullptr);
      if (is_exact(k)) continue;
      std::vector<double> y;
      for (const Trial& trial : measured_) y.push_back(trial.objectives[k]);
      predictors_.back() = entry->make(OptionValues::defaults(entry->options));
      predictors_.back()->fit(x, y);
    }
  }

  std::vector<Candidate> predict(const std::vector<Proposal>& proposals) const {
    const SearchSpace& space = *problem_.space;
    std::vector<Candidate> candidates;
    predictors::Matrix x(proposals.size(), masked_one_hot_width(space));
    for (std::size_t i = 0; i < proposals.size(); ++i) {
      const Genome& genome = proposals[i].genome;
      write_masked_one_hot(space, genome, x.row(i));
      candidates.push_back({.genome = genome, .predicted = ObjectiveVector(problem_.objectives)});
    }
    for (std::size_t k = 0; k < problem_.objectives; ++k) {
      const std::vector<double> mean =
          is_exact(k) ? std::vector<double>() : predictors_[k]->predict(x).mean;
      for (std::size_t i = 0; i < candidates.size(); ++i) {
        candidates[i].predicted[k] =
            is_exact(k) ? problem_.exact[k](candidates[i].genome) : mean[i];
      }
    }
    for (Candidate& candidate : candidates)
      candidate.violation = known_violation(problem_, candidate.genome, candidate.predicted);
    return candidates;
  }

  // Every distinct network that NSGA-II looked at, with its predictions. It starts from the
  // measured front.
  std::vector<Candidate> inner_search() const {
    Problem inner = problem_;
    inner.seeds.clear();
    for (const std::size_t i : front_of(measured_)) inner.seeds.push_back(measured_[i].genome);
    const std::uint64_t seed = rng_.fork("inner search", loops_).next();
    const std::unique_ptr<SearchAlgorithm> evolution =
        make_nsga2(inner, {.population = options_.inner_population}, seed);
    std::vector<Candidate> looked_at;
    while (looked_at.size() < options_.inner_evaluations) {
      const std::vector<Proposal> proposals = evolution->ask(options_.inner_population);
      if (proposals.empty()) break;
      std::vector<Trial> told;
      for (Candidate& candidate : predict(proposals)) {
        told.push_back({.number = looked_at.size(),
                        .genome = candidate.genome,
                        .succeeded = true,
                        .objectives = candidate.predicted,
                        .violation = candidate.violation});
        looked_at.push_back(std::move(candidate));
      }
      evolution->tell(told);
    }
    return looked_at;
  }

  static std::vector<std::size_t> front_of(const std::vector<Trial>& trials) {
    if (trials.empty()) return {};
    Points points(trials.front().objectives.size());
    std::vector<std::size_t> feasible;
    for (std::size_t i = 0; i < trials.size(); ++i) {
      if (trials[i].violation > 0.0) continue;
      feasible.push_back(i);
      points.add(trials[i].objectives);
    }
    std::vector<std::size_t> front;
    for (const std::size_t i : non_dominated(points)) front.push_back(feasible[i]);
    return front;
  }

  // Greedily the candidates that would add most hypervolume to the measured front and to those
  // already chosen.
  std::vector<Proposal> select(const std::vector<Candidate>& candidates) {
    Points front(problem_.objectives);
    for (const std::size_t i : front_of(measured_)) front.add(measured_[i].objectives);
    std::vector<std::size_t> pool = promising(candidates);

    // Objectives differ in scale by orders of magnitude; the volume must not.
    ObjectiveVector low(problem_.objectives, std::numeric_limits<double>::infinity());
    ObjectiveVector high(problem_.objectives, -std::numeric_limits<double>::infinity());
    const auto widen = [&](std::span<const double> point) {
      for (std::size_t k = 0; k < point.size(); ++k) {
        low[k] = std::min(low[k], point[k]);
        high[k] = std::max(high[k], point[k]);
      }
    };
    for (std::size_t i = 0; i < front.size(); ++i) widen(front[i]);
    for (const std::size_t i : pool) widen(candidates[i].predicted);
    const auto scaled = [&](std::span<const double> point) {
      ObjectiveVector unit(point.size());
      for (std::size_t k = 0; k < point.size(); ++k)
        unit[k] = high[k] > low[k] ? (point[k] - low[k]) / (high[k] - low[k]) : 0.0;
      return unit;
    };
    Points covered(problem_.objectives);
    for (std::size_t i = 0; i < front.size(); ++i) covered.add(scaled(front[i]));
    const ObjectiveVector reference(problem_.objectives, 1.1);

    std::vector<Proposal> batch;
    const std::size_t predicted = options_.batch - options_.batch / 5;
    while (batch.size() < predicted && !pool.empty()) {
      std::size_t best = 0;
      double best_gain = -1.0;
      for (std::size_t p = 0; p < pool.size(); ++p) {
        const double gain =
            hypervolume_gain(covered, scaled(candidates[pool[p]].predicted), reference);
        if (gain <= best_gain) continue;
        best = p;
        best_gain = gain;
      }
      const Candidate& chosen = candidates[pool[best]];
      covered.add(scaled(chosen.predicted));
      seen_.insert(chosen.genome);
      batch.push_back({chosen.genome, {.how = "predicted front", .predicted = chosen.predicted}});
      pool.erase(pool.begin() + static_cast<std::ptrdiff_t>(best));
    }
    return batch;
  }

  // The unmeasured candidates of the first predicted fronts, as few fronts as fill the batch.
  std::vector<std::size_t> promising(const std::vector<Candidate>& candidates) const {
    std::vector<std::size_t> unseen;
    Points points(problem_.objectives);
    std::vector<double> violations;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if (seen_.contains(candidates[i].genome)) continue;
      unseen.push_back(i);
      points.add(candidates[i].predicted);
      violations.push_back(candidates[i].violation);
    }
    const std::vector<std::uint32_t> ranks = non_dominated_ranks(points, violations);
    std::vector<std::size_t> pool;
    for (std::uint32_t rank = 0; pool.size() < options_.batch && pool.size() < unseen.size();
         ++rank) {
      for (std::size_t i = 0; i < unseen.size(); ++i) {
        if (ranks[i] == rank) pool.push_back(unseen[i]);
      }
    }
    return pool;
  }

  Problem problem_;
  LinasOptions options_;
  Rng rng_;
  UnseenSampler sampler_;
  SeenGenomes seen_;
  Generation generation_;
  std::vector<Trial> measured_;
  std::vector<std::unique_ptr<predictors::Predictor>>
      predictors_;  // per objective; null where it is exact
  std::uint64_t loops_ = 0;
};

std::vector<OptionSpec> option_specs() {
  std::vector<std::string> predictor_names;
  for (const predictors::PredictorEntry& entry : predictors::predictor_registry())
    predictor_names.push_back(entry.name);
  return {{.name = "population",
           .fallback = std::int64_t{40},
           .min = 4,
           .max = 10000,
           .help = "random trials before the first predictor"},
          {.name = "batch",
           .fallback = std::int64_t{20},
           .min = 1,
           .max = 1000,
           .help = "trials measured after each inner search"},
          {.name = "predictor",
           .type = OptionType::kText,
           .fallback = std::string("ridge"),
           .allowed = predictor_names,
           .help = "model of each measured objective"},
          {.name = "inner/name",
           .type = OptionType::kText,
           .fallback = std::string("nsga2"),
           .allowed = {"nsga2"},
           .help = "algorithm that searches the predictions"},
          {.name = "inner/population",
           .fallback = std::int64_t{50},
           .min = 4,
           .max = 1000,
           .help = "population of the inner search"},
          {.name = "inner/evaluations",
           .fallback = std::int64_t{10000},
           .min = 100,
           .max = 1000000,
           .help = "predictions per inner search"}};
}

std::unique_ptr<SearchAlgorithm> make(Problem problem, const OptionValues& options,
                                      std::uint64_t seed) {
  return std::make_unique<Linas>(
      std::move(problem),
      LinasOptions{
          .population = static_cast<std::size_t>(options.integer("population")),
          .batch = static_cast<std::size_t>(options.integer("batch")),
          .predictor = options.text("predictor"),
          .inner_population = static_cast<std::size_t>(options.integer("inner/population")),
          .inner_evaluations = static_cast<std::size_t>(options.integer("inner/evaluations"))},
      seed);
}

}  // namespace

AlgorithmEntry linas_entry() {
  return {"linas", "Predictor-guided multi-objective search; for 100 to 1000 real evaluations",
          option_specs(), &make};
}

}  // namespace quarry::search
