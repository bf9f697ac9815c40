// Tested by tests/predictors/cross_validation_test.cpp.
#include "predictors/cross_validation.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace quarry::predictors {

Prediction out_of_fold(const PredictorEntry& entry, const OptionValues& options,
                       const Columns& columns, const Matrix& x, std::span<const double> y,
                       std::size_t folds) {
  assert(x.rows >= 2 && folds >= 2);
  folds = std::min(folds, x.rows);
  Prediction all;
  all.mean.resize(x.rows);
  all.standard_deviation.resize(x.rows);
  for (std::size_t fold = 0; fold < folds; ++fold) {
    Matrix train(0, x.columns);
    Matrix held_out(0, x.columns);
    std::vector<double> targets;
    for (std::size_t i = 0; i < x.rows; ++i) {
      Matrix& part = i % folds == fold ? held_out : train;
      part.values.insert(part.values.end(), x.row(i).begin(), x.row(i).end());
      ++part.rows;
      if (i % folds != fold) targets.push_back(y[i]);
    }
    const std::unique_ptr<Predictor> model = entry.make(options, columns);
    model->fit(train, targets);
    const Prediction guessed = model->predict(held_out);
    for (std::size_t i = fold, j = 0; i < x.rows; i += folds, ++j) {
      all.mean[i] = guessed.mean[j];
      all.standard_deviation[i] = guessed.standard_deviation[j];
    }
  }
  return all;
}

double root_mean_squared_error(std::span<const double> predicted, std::span<const double> y) {
  assert(!y.empty() && predicted.size() == y.size());
  double total = 0.0;
  for (std::size_t i = 0; i < y.size(); ++i) total += (predicted[i] - y[i]) * (predicted[i] - y[i]);
  return std::sqrt(total / static_cast<double>(y.size()));
}

const PredictorEntry& best_predictor(const Columns& columns, const Matrix& x,
                                     std::span<const double> y, std::size_t folds) {
  const std::span<const PredictorEntry> entries = predictor_registry();
  const PredictorEntry* best = &entries.front();
  if (x.rows < 2) return *best;
  double least = std::numeric_limits<double>::infinity();
  for (const PredictorEntry& entry : entries) {
    if (!entry.in_searches) continue;
    const Prediction guessed =
        out_of_fold(entry, OptionValues::defaults(entry.options), columns, x, y, folds);
    const double error = root_mean_squared_error(guessed.mean, y);
    if (error < least) {
      least = error;
      best = &entry;
    }
  }
  return *best;
}

}  // namespace quarry::predictors
