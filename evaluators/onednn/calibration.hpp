// Learns the ranges of activations by running the network in f32 over calibration images: minimum
// and maximum, or, of what an operator asks for, a percentile or the least divergence.
#pragma once

#include <string>

#include "evaluators/onednn/quantize.hpp"
#include "evaluators/weights/dataset.hpp"
#include "evaluators/weights/weight_source.hpp"
#include "search/network/network.hpp"

namespace quarry::evaluators {

struct CalibrationResult {
  Calibration ranges;
  std::string failure;  // why it could not be run; empty when it could
};

// Of the input and every operator. What an integer operator reads is ranged as it asks
// (Operator::calibration; the percentile is 99.99), all else by minimum and maximum. Uses all whole
// batches of the images.
CalibrationResult calibrate(search::Network network, const WeightSource& weights,
                            const LabelledImages& images);

// Ranges for a network without weights or images, of which only the latency is asked: what a
// trained network's look like, so that the same values are signed and the same kernels run. An
// activation's own bounds where it has any, up to 6, where ReLU6 cuts and six standard deviations
// end; 0 to 1 of probabilities and gates; else -6 to 6.
Calibration plausible_calibration(const search::Network& network);
// Of one operator's output, or of the network's input.
ActivationRange plausible_range(const search::Network& network, std::size_t index);

}  // namespace quarry::evaluators
