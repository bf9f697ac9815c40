// Gradient-boosted regression trees (Friedman 2001), grown by XGBoost.
#pragma once

#include <memory>
#include <vector>

#include "predictors/predictor.hpp"

namespace quarry::predictors {

std::vector<OptionSpec> boosted_trees_options();

// How many trees is chosen on every fifth row, held out; the standard deviation is the error there,
// the same for every row. With fewer than ten rows all trees are used and it is that of y.
std::unique_ptr<Predictor> make_boosted_trees(const OptionValues& options, Columns columns);

}  // namespace quarry::predictors
