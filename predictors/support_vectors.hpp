// Support vector regression (Drucker et al. 1997, NIPS 9) with an RBF kernel on one-hot features,
// solved by libsvm: DyNAS-T's second predictor, with its epsilon of 0 and gamma of 1 / features.
#pragma once

#include <memory>
#include <vector>

#include "predictors/predictor.hpp"

namespace quarry::predictors {

std::vector<OptionSpec> support_vectors_options();

// Gamma and C are those of a small grid with the least error on three folds; the standard deviation
// is that error, the same for every row. With fewer than six rows the grid's middle is taken, and
// y's deviation. The noise of a row is added to the kernel's diagonal: it may then miss its target
// the more. update() keeps gamma and C.
std::unique_ptr<Predictor> make_support_vectors(const OptionValues& options, Columns columns);

}  // namespace quarry::predictors
