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

QuantizedWeights quantize_weights(std::span<const float> weights, std::size_t outputs,
                                  std::size_t inputs, int bits) {
  assert(weights.size() == outputs * inputs && (bits == 8 || bits == 4));
  const float limit = bits == 8 ? 127.0F : 7.0F;
  QuantizedWeights quantized;
  quantized.values.reserve(weights.size());
  for (std::size_t n = 0; n < outputs; ++n) {
    const std::span<const float> row = weights.subspan(n * inputs, inputs);
    float largest = 0.0F;
    for (const float value : row) largest = std::max(largest, std::abs(value));
    // A channel of zeros has no scale of its own; any will do.
    const float scale = largest > 0.0F ? largest / limit : 1.0F;
    quantized.scales.push_back(scale);
    for (const float value : row) {
      quantized.values.push_back(
          static_cast<std::int8_t>(std::clamp(std::nearbyint(value / scale), -limit, limit)));
    }
  }
  return quantized;
}

IntegerLinear fold_bias(const QuantizedWeights& weights, std::span<const float> bias,
                        ActivationScale input, float output_scale) {
  const std::size_t outputs = weights.scales.size();
  const std::size_t inputs = weights.values.size() / outputs;
  IntegerLinear folded;
  for (std::size_t n = 0; n < outputs; ++n) {
    std::int64_t sum = 0;
    for (std::size_t k = 0; k < inputs; ++k) sum += weights.values[n * inputs + k];
    const float scale = input.scale * weights.scales[n];
    folded.output_scales.push_back(scale / output_scale);
    folded.bias.push_back(bias[n] / scale - static_cast<float>(input.zero_point * sum));
  }
  return folded;
}

}  // namespace quarry::evaluators
