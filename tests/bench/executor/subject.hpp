// A network made ready to be run by Quarry: made-up weights and input, and the ranges of its
// activations.
#pragma once

#include <string>
#include <vector>

#include "evaluators/onednn/compiled_network.hpp"
#include "evaluators/weights/safetensors.hpp"
#include "search/network/network.hpp"

namespace quarry::bench {

struct Subject {
  search::Network network;  // in f32
  evaluators::TensorStore weights;
  std::string weight_bytes;  // the same as a safetensors file
  evaluators::Calibration ranges;
  std::string failure;  // why there are no ranges; empty when there are
};

// Without calibration there are no ranges, and nothing in int8 can be compiled.
Subject make_subject(search::Network network, bool calibrated);

// Standard normal, the same for every call.
std::vector<float> noise(std::size_t elements);

}  // namespace quarry::bench
