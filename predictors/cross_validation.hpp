// k-fold cross-validation (Stone 1974): how well a kind of predictor guesses rows that it did not
// see, and which of several kinds guesses best.
#pragma once

#include <span>
#include <vector>

#include "predictors/predictor.hpp"

namespace quarry::predictors {

// What a model that did not see row i predicts for it, for every i. Row i belongs to fold i %
// folds; with fewer rows than folds every row is a fold of its own. Needs at least two rows.
Prediction out_of_fold(const PredictorEntry& entry, const OptionValues& options,
                       const Columns& columns, const Matrix& x, std::span<const double> y,
                       std::size_t folds);

double root_mean_squared_error(std::span<const double> predicted, std::span<const double> y);

// Of the entries that searches choose among (in_searches), the one with the smallest out-of-fold
// error at its default options; of equals the first. With fewer than two rows the first.
const PredictorEntry& best_predictor(const Columns& columns, const Matrix& x,
                                     std::span<const double> y, std::size_t folds);

}  // namespace quarry::predictors
