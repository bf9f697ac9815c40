// What a product does with its sums before it writes them: bias, scales, activation, the residual,
// another activation, and the step to u8. Pure arithmetic; no oneDNN here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "evaluators/onednn/quantize.hpp"
#include "search/network/network.hpp"

namespace quarry::evaluators {

// In this order. oneDNN 2.6 adds the bias before it multiplies by the output scales.
struct Epilogue {
  std::vector<float> output_scales;  // per output; empty: none
  search::Activation activation = search::Activation::kNone;
  std::optional<float> sum_scale;  // adds this times what the destination holds
  float sum_shift = 0.0F;
  search::Activation after_sum = search::Activation::kNone;
  float final_scale = 1.0F;
  float final_shift = 0.0F;
};

// An integer product: x = s (q - z), w_n = t_n v, so
//   y_n = s t_n (sum v q + b_n / (s t_n) - z sum v).
struct IntegerSums {
  std::span<const float> scales;       // t_n
  std::span<const std::int64_t> sums;  // sum v of each output
  std::span<const float> bias;         // b_n
  ActivationScale input;               // s, z
  bool fold_zero_point = true;         // into the bias; else the kernel subtracts z itself
  search::Activation activation = search::Activation::kNone;
  std::optional<ActivationScale> residual;  // of the buffer it sums into; scale 1 when f32
  search::Activation after_residual = search::Activation::kNone;
  std::optional<ActivationScale> destination;  // of a u8 destination
};

struct IntegerProduct {
  std::vector<float> bias;
  Epilogue epilogue;
};

// Folds all that is linear into scales and bias, where it costs nothing: behind no activation but
// ReLU, whose cut the saturation of u8 makes, no step is left but the sum with the residual.
IntegerProduct fold(const IntegerSums& product);

}  // namespace quarry::evaluators
