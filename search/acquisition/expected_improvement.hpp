// Expected improvement and its logarithm, which stays finite where the improvement underflows
// (Ament et al. 2023, NeurIPS 36, "Unexpected improvements to expected improvement", section 4.1).
// Minimising.
#pragma once

#include <span>

namespace quarry::search {

// log(phi(z) + z Phi(z)): the logarithm of the expected positive part of a normal variable with
// mean z and deviation 1. For any finite z.
double log_expected_positive_part(double z);

// E[max(bound - Y, 0)] for Y ~ N(mean, deviation^2); a deviation of 0 is allowed.
double expected_improvement(double bound, double mean, double deviation);
double log_expected_improvement(double bound, double mean, double deviation);

// log P(margin <= 0) for every margin ~ N(mean, deviation^2), summed: independent bounds all hold.
double log_probability_feasible(std::span<const double> means, std::span<const double> deviations);

}  // namespace quarry::search
