// Tested by tests/evaluators/quantize_test.cpp.
#include "evaluators/onednn/quantize.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace quarry::evaluators {

ActivationScale activation_scale(ActivationRange range, int largest) {
  const auto steps = static_cast<float>(largest);
  const float low = std::min(range.low, 0.0F);
  const float high = std::max(range.high, 0.0F);
  if (!(high > low)) return {};
  const float scale = (high - low) / steps;
  const float zero = std::nearbyint(-low / scale);
  return {.scale = scale, .zero_point = static_cast<std::int32_t>(std::clamp(zero, 0.0F, steps))};
}

namespace {

float largest_magnitude(std::span<const float> values) {
  float largest = 0.0F;
#pragma omp simd reduction(max : largest)
  for (std::size_t i = 0; i < values.size(); ++i) largest = std::max(largest, std::abs(values[i]));
  return largest;
}

}  // namespace

QuantizedWeights quantize_weights(std::span<const float> weights, std::size_t outputs,
                                  std::size_t inputs, int bits, bool per_channel) {
  assert(weights.size() == outputs * inputs && (bits == 8 || bits == 4));
  const float limit = bits == 8 ? 127.0F : 7.0F;
  // Beyond 2^23 a float has no fraction: the sum rounds to nearest, ties to even.
  constexpr float kShift = 12582912.0F;
  QuantizedWeights quantized;
  quantized.values.resize(weights.size());
  const float largest_of_all = per_channel ? 0.0F : largest_magnitude(weights);
  for (std::size_t n = 0; n < outputs; ++n) {
    const float* const row = weights.data() + n * inputs;
    const float largest = per_channel ? largest_magnitude({row, inputs}) : largest_of_all;
    // A channel of zeros has no scale of its own; any will do.
    const float scale = largest > 0.0F ? largest / limit : 1.0F;
    std::int8_t* const codes = quantized.values.data() + n * inputs;
    std::int32_t sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::size_t k = 0; k < inputs; ++k) {
      const float clamped = std::min(std::max(row[k] / scale, -limit), limit);
      const auto code = static_cast<std::int32_t>((clamped + kShift) - kShift);
      codes[k] = static_cast<std::int8_t>(code);
      sum += code;
    }
    quantized.scales.push_back(scale);
    quantized.sums.push_back(sum);
  }
  return quantized;
}

}  // namespace quarry::evaluators
