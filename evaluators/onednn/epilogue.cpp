// Tested by tests/evaluators/epilogue_test.cpp.
#include "evaluators/onednn/epilogue.hpp"

namespace quarry::evaluators {

using search::Activation;

IntegerProduct fold(const IntegerSums& product) {
  const bool residual = product.residual.has_value();
  const ActivationScale from = product.residual.value_or(ActivationScale{});
  const ActivationScale to = product.destination.value_or(ActivationScale{});
  const auto from_zero = static_cast<float>(from.zero_point);
  const auto to_zero = static_cast<float>(to.zero_point);

  // u8 cuts at its code 0, which is what ReLU does where code 0 means zero.
  const auto is_cut = [&](Activation activation) {
    return activation == Activation::kRelu && product.destination && to.zero_point == 0;
  };
  const Activation last = residual ? product.after_residual : product.activation;
  const bool linear = (last == Activation::kNone || is_cut(last)) &&
                      (!residual || product.activation == Activation::kNone);

  IntegerProduct folded;
  Epilogue& epilogue = folded.epilogue;
  float constant = 0.0F;  // added to every output, in units of what the output scales give
  const float unit = linear ? to.scale : 1.0F;
  if (residual) epilogue.sum_scale = from.scale / unit;
  if (linear) {
    constant = to_zero - (residual ? from.scale / unit * from_zero : 0.0F);
  } else {
    epilogue.activation = product.activation;
    if (residual && product.activation == Activation::kNone) {
      constant = -from.scale * from_zero;
    } else if (residual) {
      epilogue.sum_shift = -from.scale * from_zero;
    }
    if (residual) epilogue.after_sum = product.after_residual;
    if (product.destination) {
      epilogue.final_scale = 1.0F / to.scale;
      epilogue.final_shift = to_zero;
    }
  }
  for (std::size_t n = 0; n < product.scales.size(); ++n) {
    const float real = product.input.scale * product.scales[n];
    const float scale = real / unit;
    epilogue.output_scales.push_back(scale);
    const float zero = product.fold_zero_point
                           ? static_cast<float>(product.input.zero_point * product.sums[n])
                           : 0.0F;
    folded.bias.push_back(product.bias[n] / real - zero + constant / scale);
  }
  return folded;
}

}  // namespace quarry::evaluators
