// Ranges of activations from how their values are spread, for methods that give up rare values to
// round the others better. Pure arithmetic; no oneDNN here.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "evaluators/onednn/quantize.hpp"

namespace quarry::evaluators {

// Counts of values in bins of equal width over a range that holds all of them.
class ActivationHistogram {
 public:
  explicit ActivationHistogram(ActivationRange range, std::size_t bins = 2048);

  void add(std::span<const float> values);

  std::span<const std::uint64_t> counts() const { return counts_; }
  // The lower end of a bin; of one past the last, the range's end.
  float edge(std::size_t bin) const;

 private:
  ActivationRange range_;
  std::vector<std::uint64_t> counts_;
};

// The narrowest range of whole bins that leaves out at most half of (1 - share) of the values at
// either end; with 0 in it.
ActivationRange percentile_range(const ActivationHistogram& histogram, double share);

// The range, cut at one distance from 0 on both sides, whose values rounded to `levels` codes are
// nearest to the values as they are, by the Kullback-Leibler divergence of their histograms: what
// is cut off is counted at the ends (Migacz 2017, "8-bit inference with TensorRT"; here a range may
// have one sign only, and then all levels are on that side).
ActivationRange divergence_range(const ActivationHistogram& histogram, int levels);

}  // namespace quarry::evaluators
