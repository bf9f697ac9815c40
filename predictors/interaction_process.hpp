// Gaussian process regression with the kernel
//   k(x, z) = 1 + A + pairs * A^2 + product * exp(-sum_p decay_p d_p),  A = sum_p w_p b_p(x, z)
// over the parts of column_parts.hpp: what each column adds, what each two do together, what all
// do. A^2 is the second of Duvenaud's additive kernels (2011, NIPS 24) with the squares left in.
// All weights, decays and amplitudes and the noise maximise the marginal likelihood times
// log-normal priors.
#pragma once

#include <memory>
#include <vector>

#include "predictors/predictor.hpp"

namespace quarry::predictors {

std::vector<OptionSpec> interaction_process_options();

// The standard deviation is that of a measurement: of the function and its noise. It knows the
// first `deviation_rows` only. Constant y predicts it with deviation 0.
std::unique_ptr<Predictor> make_interaction_process(const OptionValues& options, Columns columns);

}  // namespace quarry::predictors
