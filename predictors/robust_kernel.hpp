// Kernel regression with Student-t errors, for numbers that a clock measured: most are exact, some
// were disturbed and are far too large. Works on the logarithm where y spans a range, so that
// errors are shares. Iteratively reweighted (Holland and Welsch 1977, Communications in Statistics
// 6), with the leave-one-out residuals of Gaussian processes in closed form (Sundararajan and
// Keerthi 2001, Neural Computation 13).
#pragma once

#include <memory>
#include <vector>

#include "predictors/predictor.hpp"

namespace quarry::predictors {

std::vector<OptionSpec> robust_kernel_options();

// The kernel: a straight line per feature plus exp(-distance), on one-hot levels and standardised
// numbers. The standard deviation is that of a measurement; nine of ten left-out rows lie inside
// its 90 % interval. Constant y predicts it with deviation 0.
std::unique_ptr<Predictor> make_robust_kernel(const OptionValues& options, Columns columns);

}  // namespace quarry::predictors
