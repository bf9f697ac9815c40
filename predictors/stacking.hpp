// Stacked generalisation (Wolpert 1992; Breiman 1996): ridge, support vectors, the interaction
// process and boosted trees, joined by a ridge regression on what each says of rows it did not see.
#pragma once

#include <memory>
#include <vector>

#include "predictors/predictor.hpp"

namespace quarry::predictors {

std::vector<OptionSpec> stacking_options();

// The standard deviation is calibrated on the held-out guesses: nine tenths of them are within
// 1.645 of it. With fewer than ten rows the four are averaged.
std::unique_ptr<Predictor> make_stacking(const OptionValues& options, Columns columns);

}  // namespace quarry::predictors
