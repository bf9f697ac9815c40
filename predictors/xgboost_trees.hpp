// Regression trees grown by XGBoost (Chen and Guestrin 2016, KDD), read out of it: what is kept and
// asked afterwards is a TreeEnsemble, whose answers do not depend on the library.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "predictors/matrix.hpp"
#include "predictors/tree_ensemble.hpp"

namespace quarry::predictors {

// On one thread, for squared error, from a first guess of 0; deterministic. `weights`: one per row.
// Throws std::runtime_error with the library's words if it fails.
TreeEnsemble grow_trees(const TreeFeatures& features, const Matrix& x, std::span<const double> y,
                        std::span<const double> weights, int rounds,
                        const std::vector<std::pair<std::string, std::string>>& parameters);

}  // namespace quarry::predictors
