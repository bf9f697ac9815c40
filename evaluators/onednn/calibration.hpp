// Learns the ranges of activations by running the network in f32 over calibration images: plain
// minimum and maximum.
#pragma once

#include <string>

#include "evaluators/onednn/quantize.hpp"
#include "evaluators/weights/dataset.hpp"
#include "evaluators/weights/safetensors.hpp"
#include "search/network/network.hpp"

namespace quarry::evaluators {

struct CalibrationResult {
  Calibration ranges;
  std::string failure;  // why it could not be run; empty when it could
};

// Of every operator that feeds a linear one, whatever the precisions in `network`. Uses all whole
// batches of the images.
CalibrationResult calibrate(search::Network network, const TensorStore& weights,
                            const LabelledImages& images);

}  // namespace quarry::evaluators
