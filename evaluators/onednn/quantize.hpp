// The numbers behind INT8: scales, zero points and rounded weights. Pure arithmetic; no oneDNN
// here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace quarry::evaluators {

struct ActivationRange {
  float low = 0.0F;
  float high = 0.0F;
};

// Under this name a calibration holds the range of the network's input.
inline constexpr std::string_view kNetworkInputName = "(input)";

// Operator name -> range of its output over the calibration images.
using Calibration = std::map<std::string, ActivationRange>;

// real = scale * (stored - zero_point), stored in 0..255; 128 and above
// may be kept for values beyond the range, see largest_activation_code().
struct ActivationScale {
  float scale = 1.0F;
  std::int32_t zero_point = 0;
};

// Asymmetric over the range widened to hold 0, so that zero is exact (Jacob et al. 2018, section
// 2.1); the range's end is stored as `largest`. A range of a single value gives scale 1.
ActivationScale activation_scale(ActivationRange range, int largest);

struct QuantizedWeights {
  std::vector<std::int8_t> values;  // [outputs, inputs]
  std::vector<float> scales;        // per output: real = scale * value
  std::vector<std::int64_t> sums;   // per output, of its values
};

// Symmetric, to nearest with ties to even; one scale per output, or one for all. bits is 8 (values
// in -127..127) or 4 (-7..7).
QuantizedWeights quantize_weights(std::span<const float> weights, std::size_t outputs,
                                  std::size_t inputs, int bits, bool per_channel = true);

}  // namespace quarry::evaluators
