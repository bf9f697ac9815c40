// BOSHNAS: Bayesian optimisation with a heteroscedastic neural surrogate and second-order
// optimisation of its input (Tuli, Dedhia, Tuli, Jha 2023, JAIR 77, algorithm 1): of ten queries
// eight are improved by gradients and snapped to the nearest network, one is the least known, one
// random. Several objectives, which the paper does not have, by Tchebycheff weights drawn for every
// batch. Networks go on training from their last weights instead of from none. Choose it to repeat
// the published method.
#include <algorithm>
#include <limits>

#include "predictors/boshnas_surrogate.hpp"
#include "search/acquisition/parego.hpp"
#include "search/algorithms/generation.hpp"
#include "search/algorithms/registry.hpp"
#include "search/variation/mutation.hpp"
#include "search/variation/repair.hpp"

namespace quarry::search {
namespace {

using Eigen::VectorXd;

struct BoshnasOptions {
  std::size_t initial = 10;
  std::size_t batch = 5;
  double optimise_share = 0.8;
  double uncertainty_share = 0.1;
  int first_epochs = 200;
  int epochs = 20;
  std::size_t restarts = 10;
};

constexpr std::size_t kMaxRows = 250;

// A genome as a point in [0, 1]^d: an ordinal gene is its place in its range, a categorical one has
// a coordinate per choice, a dead one is 0.
class Embedding {
 public:
  explicit Embedding(const SearchSpace& space) : space_(space) {
    for (const Gene& gene : space.genes()) {
      first_.push_back(size_);
      size_ += gene.kind == GeneKind::kOrdinal ? 1 : static_cast<Eigen::Index>(gene.choices.size());
    }
  }

  Eigen::Index size() const { return size_; }

  VectorXd of(std::span<const Choice> genome) const {
    VectorXd x = VectorXd::Zero(size_);
    for (std::size_t g = 0; g < genome.size(); ++g) {
      const Gene& gene = space_.genes()[g];
      if (!space_.is_alive(genome, g)) continue;
      if (gene.kind == GeneKind::kCategorical) {
        x[first_[g] + genome[g]] = 1.0;
      } else if (gene.choices.size() > 1) {
        x[first_[g]] = genome[g] / static_cast<double>(gene.choices.size() - 1);
      }
    }
    return x;
  }

  Genome nearest(const VectorXd& x) const {
    Genome genome(space_.size());
    for (std::size_t g = 0; g < genome.size(); ++g) {
      const Gene& gene = space_.genes()[g];
      if (gene.kind == GeneKind::kCategorical) {
        Eigen::Index choice = 0;
        x.segment(first_[g], static_cast<Eigen::Index>(gene.choices.size())).maxCoeff(&choice);
        genome[g] = static_cast<Choice>(choice);
      } else {
        const double last = static_cast<double>(gene.choices.size() - 1);
        genome[g] = static_cast<Choice>(std::clamp(std::round(x[first_[g]] * last), 0.0, last));
      }
    }
    space_.canonicalise(genome);
    return genome;
  }

 private:
  const SearchSpace& space_;
  std::vector<Eigen::Index> first_;
  Eigen::Index size_ = 0;
};

class Boshnas final : public SearchAlgorithm {
 public:
  Boshnas(Problem problem, const BoshnasOptions& options, std::uint64_t seed)
      : problem_(std::move(problem)),
        options_(options),
        rng_(seed),
        sampler_(*problem_.space),
        embedding_(*problem_.space),
        surrogate_(first_weights(embedding_.size(), Rng(seed).fork("weights"))) {}

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
  static predictors::Uniform uniform_of(Rng& rng) {
    return [&rng] { return rng.uniform(); };
  }

  static predictors::BoshnasSurrogate first_weights(Eigen::Index inputs, Rng rng) {
    return {inputs, uniform_of(rng)};
  }

  void propose_batch(Rng& rng) {
    const std::vector<std::size_t> rows = best_first(measured_, kMaxRows);
    const std::vector<double> y = targets(rows, rng);
    std::vector<VectorXd> x;
    for (const std::size_t i : rows)
      x.push_back(embedding_.of(generation_.seen()[measured_.members[i].genome]));
    const predictors::Uniform uniform = uniform_of(rng);
    surrogate_.train(x, y, trained_ ? options_.epochs : first_epochs(x.size()), uniform);
    trained_ = true;
    std::vector<Genome> improved = improved_by_gradients(x, rng);  // best first
    std::size_t next = 0;
    while (generation_.proposed() < options_.batch) {
      const std::size_t before = generation_.proposed();
      const double turn = rng.uniform();
      if (turn < options_.optimise_share && next < improved.size()) {
        generation_.propose({std::move(improved[next++]), {.how = "improved by gradients"}});
        continue;
      }
      if (turn >= options_.optimise_share &&
          turn < options_.optimise_share + options_.uncertainty_share)
        propose_least_known(rng);
      if (generation_.proposed() > before) continue;
      std::optional<Genome> genome = sampler_.draw(generation_.seen(), rng);
      if (!genome) return;
      generation_.propose({std::move(*genome), {.how = "random"}});
    }
  }

  // As many steps as the first training would have had if it had begun with `initial` rows: a
  // search that starts from thousands of trials must not wait for hundreds of passes over them.
  int first_epochs(std::size_t rows) const {
    const auto passes = static_cast<double>(options_.first_epochs) *
                        static_cast<double>(options_.initial) / static_cast<double>(rows);
    return std::clamp(static_cast<int>(passes), std::min(options_.epochs, options_.first_epochs),
                      options_.first_epochs);
  }

  // One number in (0, 1) per row, small is good: the objective, or the Tchebycheff function of
  // weights drawn now; the infeasible above all feasible ones.
  std::vector<double> targets(const std::vector<std::size_t>& rows, Rng& rng) const {
    const std::size_t objectives = problem_.objectives;
    std::vector<double> low(objectives, std::numeric_limits<double>::infinity());
    std::vector<double> high(objectives, -std::numeric_limits<double>::infinity());
    for (const std::size_t i : rows) {
      for (std::size_t k = 0; k < objectives; ++k) {
        low[k] = std::min(low[k], measured_.objectives[i][k]);
        high[k] = std::max(high[k], measured_.objectives[i][k]);
      }
    }
    const std::vector<double> weights = random_weights(objectives, rng);
    std::vector<double> y;
    double most = 0.0;
    std::vector<double> unit(objectives);
    for (const std::size_t i : rows) {
      for (std::size_t k = 0; k < objectives; ++k)
        unit[k] = high[k] > low[k] ? (measured_.objectives[i][k] - low[k]) / (high[k] - low[k]) : 0;
      y.push_back(scalarised(unit, weights));
      most = std::max(most, y.back());
    }
    for (std::size_t r = 0; r < rows.size(); ++r) {
      if (measured_.violations[rows[r]] > 0.0)
        y[r] = most + std::min(measured_.violations[rows[r]], 1.0);
    }
    const auto [least, largest] = std::ranges::minmax_element(y);
    const double bottom = *least;
    const double range = *largest > bottom ? *largest - bottom : 1.0;
    for (double& value : y) value = 0.1 + 0.8 * (value - bottom) / range;
    return y;
  }

  // What gradients make of some of the measured, drawn at random: the nearest new networks, best
  // first.
  std::vector<Genome> improved_by_gradients(const std::vector<VectorXd>& x, Rng& rng) const {
    // The paper's 200 steps from each of its restarts; a larger batch shares as many.
    constexpr std::size_t kSteps = 200;
    constexpr std::size_t kLeastSteps = 40;
    const std::size_t starts = std::max(options_.restarts, options_.batch);
    const auto steps = static_cast<int>(std::max(kLeastSteps, kSteps * options_.restarts / starts));
    const predictors::Uniform uniform = uniform_of(rng);
    std::vector<Genome> found;
    std::vector<double> values;
    for (std::size_t start = 0; start < starts; ++start) {
      Genome genome =
          embedding_.nearest(surrogate_.improved(x[rng.below(x.size())], uniform, steps));
      if (!make_new(genome, rng)) continue;
      const auto guess = surrogate_.guess(embedding_.of(genome));
      values.push_back(guess.mean - 0.5 * guess.epistemic);
      found.push_back(std::move(genome));
    }
    std::vector<std::size_t> order = indices(found.size());
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return values[i]; });
    return picked(found, order);
  }

  void propose_least_known(Rng& rng) {
    constexpr int kDraws = 100;
    std::optional<Genome> best;
    double most = 0.0;
    for (int drawn = 0; drawn < kDraws; ++drawn) {
      Genome genome = problem_.space->random(rng);
      if (generation_.seen().contains(genome) || exact_violation(problem_, genome) > 0.0) continue;
      const double unknown = surrogate_.guess(embedding_.of(genome)).epistemic;
      if (best && unknown <= most) continue;
      best = std::move(genome);
      most = unknown;
    }
    if (best) generation_.propose({std::move(*best), {.how = "least known"}});
  }

  // Walks from a network that was seen or breaks a bound to one near it that was not and does not.
  bool make_new(Genome& genome, Rng& rng) const {
    constexpr int kTries = 32;
    constexpr std::size_t kMaxChanges = 64;
    const auto violation = [&](const Genome& some) { return exact_violation(problem_, some); };
    for (int attempt = 0; attempt < kTries; ++attempt) {
      if (repair(*problem_.space, genome, violation, kMaxChanges, rng) &&
          !generation_.seen().contains(genome))
        return true;
      mutate(*problem_.space, genome, 0.0, rng);
    }
    return false;
  }

  Problem problem_;
  BoshnasOptions options_;
  Rng rng_;
  UnseenSampler sampler_;
  Embedding embedding_;
  predictors::BoshnasSurrogate surrogate_;
  bool trained_ = false;
  Generation generation_;
  Population measured_;
  std::uint64_t batches_ = 0;
};

std::vector<OptionSpec> option_specs() {
  const BoshnasOptions defaults;
  return {{.name = "initial",
           .fallback = static_cast<std::int64_t>(defaults.initial),
           .min = 2,
           .max = 10000,
           .help = "random trials before the first training"},
          {.name = "batch",
           .fallback = static_cast<std::int64_t>(defaults.batch),
           .min = 1,
           .max = 256,
           .help = "trials measured after each training"},
          {.name = "optimise_share",
           .type = OptionType::kNumber,
           .fallback = defaults.optimise_share,
           .min = 0,
           .max = 1,
           .help = "share of the queries that gradients improve"},
          {.name = "uncertainty_share",
           .type = OptionType::kNumber,
           .fallback = defaults.uncertainty_share,
           .min = 0,
           .max = 1,
           .help = "share of the queries that are the least known; the rest is random"},
          {.name = "first_epochs",
           .fallback = static_cast<std::int64_t>(defaults.first_epochs),
           .min = 1,
           .max = 10000,
           .help = "passes of the first training over `initial` rows, fewer over more"},
          {.name = "epochs",
           .fallback = static_cast<std::int64_t>(defaults.epochs),
           .min = 1,
           .max = 10000,
           .help = "passes of every later training, which goes on from the last weights"},
          {.name = "restarts",
           .fallback = static_cast<std::int64_t>(defaults.restarts),
           .min = 1,
           .max = 1000,
           .help = "networks that gradients improve for a batch, the best of which are measured"}};
}

std::unique_ptr<SearchAlgorithm> make(Problem problem, const OptionValues& options,
                                      std::uint64_t seed) {
  return std::make_unique<Boshnas>(
      std::move(problem),
      BoshnasOptions{.initial = static_cast<std::size_t>(options.integer("initial")),
                     .batch = static_cast<std::size_t>(options.integer("batch")),
                     .optimise_share = options.number("optimise_share"),
                     .uncertainty_share = options.number("uncertainty_share"),
                     .first_epochs = static_cast<int>(options.integer("first_epochs")),
                     .epochs = static_cast<int>(options.integer("epochs")),
                     .restarts = static_cast<std::size_t>(options.integer("restarts"))},
      seed);
}

}  // namespace

AlgorithmEntry boshnas_entry() {
  return {
      .name = "boshnas",
      .summary = "BOSHNAS: neural surrogate with uncertainties, its input improved by gradients",
      .choose = "to repeat the published method",
      .paper = "Tuli, Dedhia, Tuli, Jha 2023, JAIR 77",
      .options = option_specs(),
      .make = &make};
}

}  // namespace quarry::search
