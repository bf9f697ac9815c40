// The reference's own predictors (../shared/spec/reference.md, section 4), so that both are
// measured on the same rows and splits: its published figures are of more rows than ../shared/data
// holds.
#pragma once

#include "predictors/predictor.hpp"

namespace quarry::bench {

// Kernel ridge regression with a radial basis kernel of width 1 / features on one-hot features,
// zero where a gene is dead; numbers divided by their largest. The penalty by five folds. What the
// reference calls KRR. Its standard deviation is 0: it has none.
predictors::PredictorEntry reference_krr();

}  // namespace quarry::bench
