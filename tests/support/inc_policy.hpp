// How Intel Neural Compressor applies a configuration of inc_quantization_ofa_resnet50, read from
// the configuration and not from Quarry's genes: 61 convolutions in module order, of which those of
// absent blocks are skipped (../shared/spec/reference.md, section 2.1).
#pragma once

#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include "search/network/network.hpp"

namespace quarry::test {

// "8 symmetric", "8 asymmetric" or "32" for each convolution that is there, one a line.
inline std::string inc_policy(const nlohmann::json& config) {
  constexpr std::array<int, 4> kBase = {2, 2, 4, 2};
  constexpr int kExtra = 2;
  std::string text;
  std::size_t at = 0;
  const auto take = [&](bool active) {
    const int bits = config["q_bits"][at];
    const std::string mode = config["q_weights_mode"][at];
    if (active) text += bits == 8 ? "8 " + mode + "\n" : std::to_string(bits) + "\n";
    ++at;
  };
  // Without the stem's middle convolution the second entry is its last one's.
  take(true);
  take(true);
  take(config["d"][0] == 2);
  for (std::size_t stage = 0; stage < kBase.size(); ++stage) {
    const int depth = config["d"][stage + 1];
    for (int block = 0; block < kBase[stage] + kExtra; ++block) {
      const int convolutions = block == 0 ? 4 : 3;
      for (int i = 0; i < convolutions; ++i) take(block < kBase[stage] + depth);
    }
  }
  return text;
}

// The same of a network's convolutions, in order.
inline std::string policy_text(const search::Network& network) {
  std::string text;
  for (const search::Operator& op : network.operators) {
    if (!std::holds_alternative<search::Convolution>(op.kind)) continue;
    if (op.precision == search::Precision::kInt8) {
      text += op.weight_scheme.symmetric ? "8 symmetric\n" : "8 asymmetric\n";
    } else {
      text += op.precision == search::Precision::kF32 ? "32\n" : "other\n";
    }
  }
  return text;
}

}  // namespace quarry::test
