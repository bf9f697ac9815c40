// AGE-MOEA: evolution that estimates the front's shape and judges members by how near and how
// different they are under the norm that fits it (Panichella 2019, GECCO, section 3). Choose it for
// two or three objectives whose front is strongly curved.
#include <cmath>
#include <limits>

#include "search/algorithms/evolution.hpp"
#include "search/algorithms/registry.hpp"
#include "search/pareto/dominance.hpp"
#include "search/pareto/normalisation.hpp"

namespace quarry::search {
namespace {

double norm(std::span<const double> point, double p) {
  double total = 0.0;
  for (const double value : point) total += std::pow(std::abs(value), p);
  return std::pow(total, 1.0 / p);
}

double distance(std::span<const double> a, std::span<const double> b, double p) {
  double total = 0.0;
  for (std::size_t k = 0; k < a.size(); ++k) total += std::pow(std::abs(a[k] - b[k]), p);
  return std::pow(total, 1.0 / p);
}

// The exponent of the norm whose unit sphere the normalised front lies on: that of its member
// nearest to the diagonal (equation 6).
double fitting_exponent(const Points& front) {
  const double dimensions = static_cast<double>(front.dimensions);
  double nearest = std::numeric_limits<double>::infinity();
  double mean_of_nearest = 0.0;
  for (std::size_t i = 0; i < front.size(); ++i) {
    double mean = 0.0;
    for (const double value : front[i]) mean += value / dimensions;
    double off = 0.0;
    for (const double value : front[i]) off += (value - mean) * (value - mean);
    if (off >= nearest) continue;
    nearest = off;
    mean_of_nearest = mean;
  }
  if (!(mean_of_nearest > 0.0) || mean_of_nearest >= 1.0 || front.dimensions < 2) return 1.0;
  const double p = std::log(dimensions) / -std::log(mean_of_nearest);
  return std::clamp(p, 0.1, 20.0);
}

// Survival scores of a front: the ends first, then again and again whoever is farthest from the two
// nearest of those before, for its nearness to the ideal point (algorithm 2).
std::vector<double> survival_scores(const Points& front, double p) {
  const std::size_t count = front.size();
  std::vector<double> scores(count, 0.0);
  std::vector<double> nearest(count, std::numeric_limits<double>::infinity());
  std::vector<double> second(count, std::numeric_limits<double>::infinity());
  std::vector<bool> chosen(count);
  const auto choose = [&](std::size_t i) {
    chosen[i] = true;
    for (std::size_t j = 0; j < count; ++j) {
      const double d = distance(front[i], front[j], p);
      if (d < nearest[j]) {
        second[j] = nearest[j];
        nearest[j] = d;
      } else if (d < second[j]) {
        second[j] = d;
      }
    }
  };
  for (std::size_t k = 0; k < front.dimensions; ++k) {
    std::size_t end = 0;
    for (std::size_t i = 1; i < count; ++i) {
      if (front[i][k] > front[end][k]) end = i;
    }
    if (chosen[end]) continue;
    choose(end);
    scores[end] = std::numeric_limits<double>::infinity();
  }
  while (true) {
    std::size_t best = count;
    double best_score = -1.0;
    for (std::size_t i = 0; i < count; ++i) {
      if (chosen[i]) continue;
      const double both = nearest[i] + (std::isfinite(second[i]) ? second[i] : 0.0);
      const double score = both / std::max(norm(front[i], p), 1e-12);
      if (score <= best_score) continue;
      best_score = score;
      best = i;
    }
    if (best == count) return scores;
    choose(best);
    scores[best] = best_score;
  }
}

class AgeMoea final : public Evolution {
 public:
  using Evolution::Evolution;

 private:
  void survive(const Population& results) override {
    parents_.append(results);
    if (parents_.empty()) return;
    ranks_ = non_dominated_ranks(parents_.objectives, parents_.violations);
    score();
    std::vector<std::size_t> order = indices(parents_.size());
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return better(a, b); });
    if (order.size() > options().population) order.resize(options().population);
    parents_.keep(order);
    ranks_ = picked(ranks_, order);
    scores_ = picked(scores_, order);
  }

  void score() {
    Points first(parents_.objectives.dimensions);
    std::vector<std::size_t> members;
    for (std::size_t i = 0; i < parents_.size(); ++i) {
      if (ranks_[i] != 0) continue;
      members.push_back(i);
      first.add(parents_.objectives[i]);
    }
    const Normalisation normalisation = normalise_front(first);
    const Points unit_first = normalisation.applied_to(first);
    const double p = fitting_exponent(unit_first);
    scores_.assign(parents_.size(), 0.0);
    const std::vector<double> of_first = survival_scores(unit_first, p);
    for (std::size_t j = 0; j < members.size(); ++j) scores_[members[j]] = of_first[j];
    const Points all = normalisation.applied_to(parents_.objectives);
    for (std::size_t i = 0; i < parents_.size(); ++i) {
      if (ranks_[i] != 0) scores_[i] = 1.0 / std::max(norm(all[i], p), 1e-12);
    }
  }

  bool better(std::size_t a, std::size_t b) const {
    return ranks_[a] != ranks_[b] ? ranks_[a] < ranks_[b] : scores_[a] > scores_[b];
  }

  bool can_breed() const override { return !parents_.empty(); }

  Member select(Rng& rng) override {
    const std::size_t a = rng.below(parents_.size());
    const std::size_t b = rng.below(parents_.size());
    return parents_.members[better(b, a) ? b : a];
  }

  Population parents_;
  std::vector<std::uint32_t> ranks_;
  std::vector<double> scores_;
};

}  // namespace

AlgorithmEntry age_moea_entry() {
  return {.name = "age_moea",
          .summary = "AGE-MOEA: evolution that adapts to the shape of the front",
          .choose = "for two or three objectives whose front is strongly curved",
          .paper = "Panichella 2019, GECCO",
          .options = evolution_option_specs(),
          .make = &make_evolution<AgeMoea>};
}

}  // namespace quarry::search
