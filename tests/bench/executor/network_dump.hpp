// What to_onnx.py reads: a Network as JSON, and made-up weights as safetensors whose sizes keep the
// activations of deep networks in bounds, so that two executors' results can be compared.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "search/network/network.hpp"

namespace quarry::bench {

// {"input": [sizes], "operators": [{"name", "kind", "inputs", "output", ...}]}: -1 is the network's
// input; a weight is the name of a whole tensor.
nlohmann::json dump(const search::Network& network);

// A safetensors file. Products: normal, of variance 2 / inputs before a ReLU and 1 / inputs
// otherwise; norms near one and zero.
std::string made_up_weights(const search::Network& network, std::uint64_t seed);

}  // namespace quarry::bench
