// MOEA/D: one scalar problem per weight vector, solved side by side with its neighbours' help
// (Zhang and Li 2007, IEEE TEC 11(6); at most two replacements and a chance of the whole
// population, Li and Zhang 2009, IEEE TEC 13(2)). Scalarised by Tchebycheff or by penalised
// boundary intersection. Choose it when an even spread over many objectives matters most.
#include <cmath>
#include <limits>

#include "search/algorithms/directions.hpp"
#include "search/algorithms/evolution.hpp"
#include "search/algorithms/registry.hpp"

namespace quarry::search {
namespace {

struct MoeadOptions {
  bool boundary_intersection = false;
  std::size_t neighbours = 20;
  double neighbour_mating = 0.9;
};

class Moead final : public Evolution {
 public:
  Moead(Problem problem, const EvolutionOptions& options, const MoeadOptions& own,
        std::uint64_t seed)
      : Evolution(std::move(problem), options, seed),
        own_(own),
        weights_(simplex_directions(this->problem().objectives, this->options().population,
                                    fork("directions"))) {
    for (std::size_t i = 0; i < weights_.size(); ++i) neighbourhoods_.push_back(nearest_to(i));
    all_ = indices(weights_.size());
  }

 private:
  std::vector<std::size_t> nearest_to(std::size_t weight) const {
    std::vector<double> distances;
    for (std::size_t j = 0; j < weights_.size(); ++j) {
      double total = 0.0;
      for (std::size_t k = 0; k < weights_.dimensions; ++k)
        total += std::pow(weights_[weight][k] - weights_[j][k], 2);
      distances.push_back(total);
    }
    std::vector<std::size_t> order = indices(weights_.size());
    std::ranges::stable_sort(order, {}, [&](std::size_t j) { return distances[j]; });
    order.resize(std::min(order.size(), own_.neighbours));
    return order;
  }

  // A child replaces at most two solutions of the problems it was made for; the initial sample, and
  // whatever nobody made for a problem, may replace any.
  void survive(const Population& results) override {
    constexpr std::size_t kReplacements = 2;
    widen(results);
    if (solutions_.empty() && !results.empty()) {
      for (std::size_t i = 0; i < weights_.size(); ++i)
        solutions_.add(results.members[0], results.objectives[0], results.violations[0], {});
      for (std::size_t r = 0; r < results.size(); ++r) replace(results, r, all_, all_.size());
      return;
    }
    for (std::size_t r = 0; r < results.size(); ++r) {
      const std::size_t place = generation().place_of(results.members[r]);
      const auto& mates = place < mates_.size() ? *mates_[place] : all_;
      replace(results, r, mates, kReplacements);
    }
  }

  void replace(const Population& results, std::size_t r, const std::vector<std::size_t>& problems,
               std::size_t most) {
    std::size_t replaced = 0;
    for (const std::size_t j : problems) {
      if (replaced == most) return;
      const double mine = results.violations[r];
      const double theirs = solutions_.violations[j];
      const bool better =
          mine != theirs ? mine < theirs
                         : scalar(results.objectives[r], j) < scalar(solutions_.objectives[j], j);
      if (!better) continue;
      solutions_.members[j] = results.members[r];
      solutions_.violations[j] = mine;
      std::ranges::copy(results.objectives[r],
                        solutions_.objectives.values.begin() +
                            static_cast<std::ptrdiff_t>(j * weights_.dimensions));
      ++replaced;
    }
  }

  void widen(const Population& results) {
    if (ideal_.empty()) {
      ideal_.assign(weights_.dimensions, std::numeric_limits<double>::infinity());
      worst_.assign(weights_.dimensions, -std::numeric_limits<double>::infinity());
    }
    for (std::size_t r = 0; r < results.size(); ++r) {
      for (std::size_t k = 0; k < weights_.dimensions; ++k) {
        ideal_[k] = std::min(ideal_[k], results.objectives[r][k]);
        worst_[k] = std::max(worst_[k], results.objectives[r][k]);
      }
    }
  }

  double scaled(std::span<const double> point, std::size_t k) const {
    const double range = worst_[k] - ideal_[k];
    return range > 0.0 ? (point[k] - ideal_[k]) / range : 0.0;
  }

  double scalar(std::span<const double> point, std::size_t problem) const {
    const auto weight = weights_[problem];
    if (!own_.boundary_intersection) {
      double largest = 0.0;
      for (std::size_t k = 0; k < point.size(); ++k)
        largest = std::max(largest, std::max(weight[k], 1e-6) * scaled(point, k));
      return largest;
    }
    constexpr double kPenalty = 5.0;
    double along = 0.0;
    double length = 0.0;
    for (std::size_t k = 0; k < point.size(); ++k) {
      along += weight[k] * scaled(point, k);
      length += weight[k] * weight[k];
    }
    length = std::sqrt(length);
    along /= length;
    double off = 0.0;
    for (std::size_t k = 0; k < point.size(); ++k)
      off += std::pow(scaled(point, k) - along * weight[k] / length, 2);
    return along + kPenalty * std::sqrt(off);
  }

  bool can_breed() const override { return !solutions_.empty(); }
  Member select(Rng& rng) override { return solutions_.members[rng.below(solutions_.size())]; }

  // A generation visits every problem once.
  Proposal breed(std::size_t place, Rng& rng) override {
    const bool near = rng.chance(own_.neighbour_mating);
    mates_.resize(std::max(mates_.size(), place + 1), &all_);
    mates_[place] = near ? &neighbourhoods_[place % neighbourhoods_.size()] : &all_;
    const std::vector<std::size_t>& mates = *mates_[place];
    const Member mother = solutions_.members[mates[rng.below(mates.size())]];
    const Member father = solutions_.members[mates[rng.below(mates.size())]];
    return child_of(mother, father, rng);
  }

  MoeadOptions own_;
  Points weights_;
  std::vector<std::vector<std::size_t>> neighbourhoods_;
  std::vector<std::size_t> all_;
  std::vector<const std::vector<std::size_t>*> mates_;  // by place in the generation
  Population solutions_;                                // one per weight
  std::vector<double> ideal_;
  std::vector<double> worst_;
};

std::vector<OptionSpec> option_specs() {
  std::vector<OptionSpec> specs = evolution_option_specs();
  std::erase_if(specs, [](const OptionSpec& spec) { return spec.name == "crossover"; });
  specs.push_back({.name = "scalarisation",
                   .type = OptionType::kText,
                   .fallback = std::string("tchebycheff"),
                   .allowed = {"tchebycheff", "pbi"},
                   .help = "how a weight vector makes one number of the objectives"});
  specs.push_back({.name = "neighbours",
                   .fallback = std::int64_t{20},
                   .min = 2,
                   .max = 1000,
                   .help = "problems that help each other"});
  specs.push_back({.name = "neighbour_mating",
                   .type = OptionType::kNumber,
                   .fallback = 0.9,
                   .min = 0,
                   .max = 1,
                   .help = "probability that parents are neighbours"});
  return specs;
}

std::unique_ptr<SearchAlgorithm> make(Problem problem, const OptionValues& options,
                                      std::uint64_t seed) {
  OptionValues all = options;
  all.set("crossover", 1.0);
  return std::make_unique<Moead>(
      std::move(problem), read_evolution_options(all),
      MoeadOptions{.boundary_intersection = options.text("scalarisation") == "pbi",
                   .neighbours = static_cast<std::size_t>(options.integer("neighbours")),
                   .neighbour_mating = options.number("neighbour_mating")},
      seed);
}

}  // namespace

AlgorithmEntry moead_entry() {
  return {.name = "moead",
          .summary = "MOEA/D: one scalar problem per weight vector, solved with neighbours' help",
          .choose = "when an even spread over many objectives matters most",
          .paper = "Zhang and Li 2007, IEEE TEC 11(6)",
          .options = option_specs(),
          .make = &make};
}

}  // namespace quarry::search
