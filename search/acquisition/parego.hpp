// ParEGO: one number of many objectives, by an augmented Tchebycheff function of random weights
// (Knowles 2006, IEEE TEC 10(1), section III-B), and the expected improvement of that number under
// normal beliefs, by averaging over fixed draws. Minimising.
#pragma once

#include <span>
#include <vector>

#include "search/core/rng.hpp"

namespace quarry::search {

// Uniform on the unit simplex.
std::vector<double> random_weights(std::size_t objectives, Rng& rng);

// max_k(w_k f_k) + 0.05 sum_k(w_k f_k) of objectives scaled to [0, 1].
double scalarised(std::span<const double> unit_objectives, std::span<const double> weights);

// The logarithm of the mean over the draws (rows of standard normals, one per objective) of how far
// scalarised() falls below `best`. Where no draw improves: a number below any improvement's that
// rises as the mean nears `best`.
double log_expected_scalar_improvement(std::span<const double> unit_means,
                                       std::span<const double> unit_deviations,
                                       std::span<const double> weights, double best,
                                       std::span<const double> draws);

}  // namespace quarry::search
