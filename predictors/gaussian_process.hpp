// Gaussian process regression (Rasmussen and Williams 2006, chapters 2 and 5) with the kernel of
// level_kernel.hpp: categories without an order, ordinal levels with one, columns that may be
// absent. Amplitudes, noise and one relevance per column and part maximise the marginal likelihood
// times log-normal priors that keep a column ordinary until the rows say otherwise.
#pragma once

#include <memory>
#include <vector>

#include "predictors/predictor.hpp"

namespace quarry::predictors {

std::vector<OptionSpec> gaussian_process_options();

// The standard deviation is that of the function, without the noise of a measurement. Rows should
// come best first: the deviation is that of a process which knows the first `deviation_rows` only,
// so at most too large elsewhere, and costs a quarter. Constant y predicts it with deviation 0.
std::unique_ptr<Predictor> make_gaussian_process(const OptionValues& options, Columns columns);

}  // namespace quarry::predictors
