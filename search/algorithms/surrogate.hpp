// Predictions in place of measurements: one predictor per objective and bound that must be
// measured, trained on what was; what has a formula is computed, never predicted. Where the problem
// has a prior, the predictor learns what the prior misses.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "predictors/predictor.hpp"
#include "search/algorithms/population.hpp"
#include "search/core/search_algorithm.hpp"
#include "search/variation/seen.hpp"

namespace quarry::search {

// Genomes with what is expected of them.
struct Candidates {
  std::vector<Genome> genomes;
  Points objectives;
  std::vector<double> violations;  // 0 = expected to be feasible

  explicit Candidates(std::size_t objective_count) : objectives(objective_count) {}
  std::size_t size() const { return genomes.size(); }
};

// What is believed of genomes, one row each: normal distributions. What has a formula has deviation
// 0.
struct Beliefs {
  Points objectives;
  Points objective_deviations;
  Points margins;  // of every bound
  Points margin_deviations;

  explicit Beliefs(const Problem& problem)
      : objectives(problem.objectives),
        objective_deviations(problem.objectives),
        margins(problem.bounds.size()),
        margin_deviations(problem.bounds.size()) {}
};

class Surrogate {
 public:
  // `predictor` names an entry of the predictors' registry, or is "auto": cross-validation then
  // chooses for each target. At most `max_rows` rows are learned from, the best of them first. The
  // problem outlives this.
  Surrogate(const Problem& problem, std::string predictor, std::size_t max_rows);

  // Rows are the members' genomes. Predictors are fitted anew, or "auto" chosen anew, whenever the
  // rows have grown by an eighth since the last time, and only take in the new rows in between.
  // Needs at least two members.
  void train(const Population& measured, const SeenGenomes& seen);

  Beliefs believe(std::span<const Genome> genomes) const;

  // Appends objectives and violations of these genomes, each value better by `optimism` standard
  // deviations than its mean.
  void predict(std::span<const Genome> genomes, double optimism, Candidates& predicted) const;

 private:
  // What one predictor learns: an objective or the margin of a bound.
  struct Target {
    bool is_bound = false;
    std::size_t index = 0;
    const predictors::PredictorEntry* entry = nullptr;
    std::unique_ptr<predictors::Predictor> predictor;
    const std::function<double(const Genome&)>* prior = nullptr;  // of the problem; nullptr: none
    std::vector<double> priors;  // of measured genomes, by their numbers; NaN: not asked for yet
  };

  double learned_part(Target& target, const Population& measured, const SeenGenomes& seen,
                      std::size_t member) const;

  std::vector<std::size_t> rows_best_first(const Population& measured) const;

  const Problem& problem_;
  predictors::Columns columns_;
  std::string predictor_;
  std::size_t max_rows_;
  std::vector<Target> targets_;
  std::size_t fitted_rows_ = 0;  // members at the last full fit
};

}  // namespace quarry::search
