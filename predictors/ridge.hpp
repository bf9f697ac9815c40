// Ridge regression (Hoerl and Kennard 1970) with an unpenalised intercept, on the one-hot features
// or on all their products of two. Penalty and degree are those of a grid with the smallest
// leave-one-out squared error, which the hat matrix gives in closed form (Allen's PRESS,
// Technometrics 1974).
#pragma once

#include <memory>
#include <vector>

#include "predictors/predictor.hpp"

namespace quarry::predictors {

std::vector<OptionSpec> ridge_options();

// The standard deviation it predicts is the leave-one-out root mean squared error, the same for
// every row: it knows no more about where it is unsure. One row, or a constant y, predicts that
// constant with deviation 0.
std::unique_ptr<Predictor> make_ridge(const OptionValues& options, Columns columns);

}  // namespace quarry::predictors
