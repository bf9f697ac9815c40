// The numbers behind INT8: scales, zero points and rounded weights. Pure arithmetic; no oneDNN
// here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace quarry::evaluators {

struct ActivationRange {
  float low = 0.0F;
  float high = 0.0F;
};

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
};

// Symmetric, per output channel, to nearest with ties to even; bits is 8 (values in -127..127) or 4
// (-7..7).
QuantizedWeights quantize_weights(std::span<const float> weights, std::size_t outputs,
                                  std::size_t inputs, int bits);

// What an integer product needs so that it equals weights * input + bias: with x = s (q - z) and w
// = t_n v,
//   y_n = s t_n (sum v q + b_n / (s t_n) - z sum v).
// oneDNN 2.6 adds the bias before it multiplies by the output scale, so the zero point costs
// nothing when it is folded here.
struct IntegerLinear {
  std::vector<float> output_scales;  // s t_n, divided by the output's own scale when that is u8
  std::vector<float> bias;           // b_n / (s t_n) - z sum v
};
IntegerLinear fold_bias(const QuantizedWeights& weights, std::span<const float> bias,
                        ActivationScale input, float output_scale);

}  // namespace quarry::evaluators
