// Tested through the accuracy of INT8 networks, tests/evaluators/fashion_vit_test.cpp.
#include "evaluators/onednn/calibration.hpp"

#include <algorithm>

#include "evaluators/onednn/compiled_network.hpp"

namespace quarry::evaluators {

CalibrationResult calibrate(search::Network network, const WeightSource& weights,
                            const LabelledImages& images) {
  constexpr std::size_t kBatch = 32;
  for (search::Operator& op : network.operators) {
    const bool integer = op.precision == search::Precision::kInt8 ||
                         op.precision == search::Precision::kInt8Weights4;
    if (integer && op.calibration != search::CalibrationMethod::kMinMax)
      return {.failure = "operator " + op.name +
                         ": ranges are found by minimum and maximum only, not as it asks"};
    op.precision = search::Precision::kF32;
  }
  CompileResult compiled =
      compile(network, weights, {}, {.batch = kBatch, .threads = 1, .keep_activations = true});
  if (!compiled.network) return {.ranges = {}, .failure = compiled.failure};
  const std::vector<std::string> watched = calibrated_operators(network);
  CalibrationResult result;
  for (std::size_t begin = 0; begin + kBatch <= images.count(); begin += kBatch) {
    const auto first =
        images.images.begin() + static_cast<std::ptrdiff_t>(begin * images.image_elements);
    std::copy_n(first, kBatch * images.image_elements, compiled.network->input().begin());
    compiled.network->run();
    for (const std::string& name : watched) {
      const std::span<const float> values = name == kNetworkInputName
                                                ? std::span<const float>(compiled.network->input())
                                                : compiled.network->activation(name);
      const auto [low, high] = std::ranges::minmax(values);
      const auto [place, fresh] = result.ranges.try_emplace(name, ActivationRange{low, high});
      if (fresh) continue;
      place->second.low = std::min(place->second.low, low);
      place->second.high = std::max(place->second.high, high);
    }
  }
  return result;
}

namespace {

struct PlausibleRange {
  static ActivationRange of(search::Activation activation) {
    switch (activation) {
      case search::Activation::kNone:
        return {-6.0F, 6.0F};
      case search::Activation::kRelu:
      case search::Activation::kRelu6:
        return {0.0F, 6.0F};
      case search::Activation::kGelu:
        return {-0.17F, 6.0F};
      case search::Activation::kHardSwish:
        return {-0.375F, 6.0F};
      case search::Activation::kHardSigmoid:
        return {0.0F, 1.0F};
      case search::Activation::kTanh:
        return {-1.0F, 1.0F};
    }
    return {-6.0F, 6.0F};
  }
  template <typename Kind>
  ActivationRange operator()(const Kind&) const {
    return {-6.0F, 6.0F};
  }
  ActivationRange operator()(const search::Linear& linear) const { return of(linear.activation); }
  ActivationRange operator()(const search::Convolution& convolution) const {
    return of(convolution.activation);
  }
  ActivationRange operator()(const search::Activate& activate) const {
    return of(activate.activation);
  }
  ActivationRange operator()(const search::Softmax&) const { return {0.0F, 1.0F}; }
};

}  // namespace

Calibration plausible_calibration(const search::Network& network) {
  Calibration ranges{{std::string(kNetworkInputName), {-3.0F, 3.0F}}};
  for (const search::Operator& op : network.operators)
    ranges[op.name] = std::visit(PlausibleRange{}, op.kind);
  // Moves, gates and maxima take their input's range.
  for (const search::Operator& op : network.operators) {
    const bool keeps = std::holds_alternative<search::Multiply>(op.kind) ||
                       std::holds_alternative<search::Pool>(op.kind) ||
                       std::holds_alternative<search::Concatenate>(op.kind) ||
                       std::holds_alternative<search::GlobalAverage>(op.kind) ||
                       std::holds_alternative<search::TokenMean>(op.kind);
    if (keeps && op.inputs[0] != search::kNetworkInput)
      ranges[op.name] = ranges[network.operators[op.inputs[0]].name];
  }
  return ranges;
}

}  // namespace quarry::evaluators
