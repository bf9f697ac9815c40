// Tested by tests/search/surrogate_test.cpp.
#include "search/algorithms/surrogate.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "predictors/cross_validation.hpp"
#include "search/core/features.hpp"
#include "search/pareto/dominance.hpp"

namespace quarry::search {
namespace {

bool has_formula(const Problem& problem, std::size_t objective) {
  return objective < problem.exact.size() && problem.exact[objective];
}

void run(const ParallelFor& parallel_for, std::size_t count,
         const std::function<void(std::size_t)>& body) {
  if (parallel_for) return parallel_for(count, body);
  for (std::size_t i = 0; i < count; ++i) body(i);
}

}  // namespace

Surrogate::Surrogate(const Problem& problem, std::string predictor, std::size_t max_rows)
    : problem_(problem),
      columns_(gene_columns(*problem.space)),
      predictor_(std::move(predictor)),
      max_rows_(max_rows) {
  for (std::size_t k = 0; k < problem.objectives; ++k) {
    if (has_formula(problem, k)) continue;
    targets_.push_back({.is_bound = false, .index = k});
    if (k < problem.prior.size() && problem.prior[k]) targets_.back().prior = &problem.prior[k];
  }
  for (std::size_t b = 0; b < problem.bounds.size(); ++b) {
    if (problem.bounds[b].exact || problem.bounds[b].objective) continue;
    targets_.push_back({.is_bound = true, .index = b});
    if (problem.bounds[b].prior) targets_.back().prior = &problem.bounds[b].prior;
  }
}

std::vector<std::size_t> Surrogate::rows_best_first(const Population& measured) const {
  const std::vector<std::uint32_t> ranks =
      non_dominated_ranks(measured.objectives, measured.violations);
  std::vector<std::size_t> order = indices(measured.size());
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return ranks[i]; });
  if (order.size() > max_rows_) order.resize(max_rows_);
  return order;
}

// What was measured of a member, less what was expected of it.
double Surrogate::learned_part(Target& target, const Population& measured, const SeenGenomes& seen,
                               std::size_t member) const {
  const Points& values = target.is_bound ? measured.margins : measured.objectives;
  const double value = values[member][target.index];
  if (target.prior == nullptr) return value;
  const std::size_t number = measured.members[member].genome;
  if (number >= target.priors.size())
    target.priors.resize(number + 1, std::numeric_limits<double>::quiet_NaN());
  double& prior = target.priors[number];
  if (std::isnan(prior)) {
    const auto genome = seen[number];
    prior = (*target.prior)(Genome(genome.begin(), genome.end()));
  }
  return value - prior;
}

void Surrogate::train(const Population& measured, const SeenGenomes& seen) {
  assert(measured.size() >= 2);
  const std::vector<std::size_t> rows = rows_best_first(measured);
  predictors::Matrix x(rows.size(), columns_.size());
  for (std::size_t i = 0; i < rows.size(); ++i)
    write_gene_row(*problem_.space, seen[measured.members[rows[i]].genome], x.row(i));
  const bool anew = fitted_rows_ == 0 || 8 * measured.size() >= 9 * fitted_rows_;
  if (anew) fitted_rows_ = measured.size();
  // The problem's functions are for one thread at a time.
  std::vector<std::vector<double>> learned(targets_.size());
  for (std::size_t t = 0; t < targets_.size(); ++t) {
    for (const std::size_t i : rows)
      learned[t].push_back(learned_part(targets_[t], measured, seen, i));
  }
  run(problem_.parallel_for, targets_.size(), [&](std::size_t t) {
    Target& target = targets_[t];
    const std::vector<double>& y = learned[t];
    if (!anew) return target.predictor->update(x, y);
    constexpr std::size_t kFolds = 5;
    target.entry = predictor_ == "auto" ? &predictors::best_predictor(columns_, x, y, kFolds)
                                        : predictors::find_predictor(predictor_);
    assert(target.entry != nullptr);
    target.predictor = target.entry->make(OptionValues::defaults(target.entry->options), columns_);
    target.predictor->fit(x, y);
  });
}

Beliefs Surrogate::believe(std::span<const Genome> genomes) const {
  predictors::Matrix x(genomes.size(), columns_.size());
  for (std::size_t i = 0; i < genomes.size(); ++i)
    write_gene_row(*problem_.space, genomes[i], x.row(i));
  std::vector<predictors::Prediction> guesses(targets_.size());
  run(problem_.parallel_for, targets_.size(),
      [&](std::size_t t) { guesses[t] = targets_[t].predictor->predict(x); });
  Beliefs beliefs(problem_);
  ObjectiveVector objectives(problem_.objectives);
  ObjectiveVector deviations(problem_.objectives);
  std::vector<double> margins(problem_.bounds.size());
  std::vector<double> margin_deviations(problem_.bounds.size());
  for (std::size_t i = 0; i < genomes.size(); ++i) {
    for (std::size_t k = 0; k < problem_.objectives; ++k) {
      if (has_formula(problem_, k)) objectives[k] = problem_.exact[k](genomes[i]);
    }
    for (std::size_t t = 0; t < targets_.size(); ++t) {
      const std::size_t index = targets_[t].index;
      const double prior = targets_[t].prior == nullptr ? 0.0 : (*targets_[t].prior)(genomes[i]);
      (targets_[t].is_bound ? margins : objectives)[index] = prior + guesses[t].mean[i];
      (targets_[t].is_bound ? margin_deviations : deviations)[index] =
          guesses[t].standard_deviation[i];
    }
    for (std::size_t b = 0; b < problem_.bounds.size(); ++b) {
      const Bound& bound = problem_.bounds[b];
      if (bound.exact) {
        margins[b] = bound.exact(genomes[i]);
      } else if (bound.objective) {
        margins[b] = bound.slope * objectives[*bound.objective] + bound.offset;
        margin_deviations[b] = std::abs(bound.slope) * deviations[*bound.objective];
      }
    }
    beliefs.objectives.add(objectives);
    beliefs.objective_deviations.add(deviations);
    beliefs.margins.add(margins);
    beliefs.margin_deviations.add(margin_deviations);
  }
  return beliefs;
}

void Surrogate::predict(std::span<const Genome> genomes, double optimism,
                        Candidates& predicted) const {
  const Beliefs beliefs = believe(genomes);
  for (std::size_t i = 0; i < genomes.size(); ++i) {
    predicted.genomes.push_back(genomes[i]);
    for (std::size_t k = 0; k < problem_.objectives; ++k) {
      predicted.objectives.values.push_back(beliefs.objectives[i][k] -
                                            optimism * beliefs.objective_deviations[i][k]);
    }
    double violation = 0.0;
    for (std::size_t b = 0; b < problem_.bounds.size(); ++b) {
      violation +=
          std::max(beliefs.margins[i][b] - optimism * beliefs.margin_deviations[i][b], 0.0);
    }
    predicted.violations.push_back(violation);
  }
}

}  // namespace quarry::search
