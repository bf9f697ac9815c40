// A forest of regression trees on random rows and columns (Breiman 2001), grown by XGBoost.
#pragma once

#include <memory>
#include <vector>

#include "predictors/predictor.hpp"

namespace quarry::predictors {

std::vector<OptionSpec> random_forest_options();

// The standard deviation is that of the trees' answers: how much they depend on which rows and
// columns a tree has seen. One row, or a constant y, predicts that with deviation 0.
std::unique_ptr<Predictor> make_random_forest(const OptionValues& options, Columns columns);

}  // namespace quarry::predictors
