// A deep ensemble (Lakshminarayanan, Pritzel and Blundell 2017, NIPS 30) of small networks on
// one-hot features, each from its own first weights and order of rows.
#pragma once

#include <memory>
#include <vector>

#include "predictors/predictor.hpp"

namespace quarry::predictors {

std::vector<OptionSpec> mlp_ensemble_options();

// The standard deviation is how far the networks disagree. One row, or a constant y, predicts that
// with deviation 0.
std::unique_ptr<Predictor> make_mlp_ensemble(const OptionValues& options, Columns columns);

}  // namespace quarry::predictors
