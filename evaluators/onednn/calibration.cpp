// Tested through the accuracy of INT8 networks, tests/evaluators/fashion_vit_test.cpp.
#include "evaluators/onednn/calibration.hpp"

#include <algorithm>
#include <map>

#include "evaluators/onednn/activation_histogram.hpp"
#include "evaluators/onednn/compiled_network.hpp"
#include "evaluators/onednn/onednn_info.hpp"

namespace quarry::evaluators {

namespace {

constexpr std::size_t kBatch = 32;

// Which values are not to be ranged by minimum and maximum: what an integer operator that asks for
// another method reads. Of several that read the same value the first decides.
std::map<std::string, search::CalibrationMethod> other_methods(const search::Network& network) {
  std::map<std::string, search::CalibrationMethod> methods;
  for (const search::Operator& op : network.operators) {
    if (!search::is_integer(op.precision) || !search::is_quantizable(op)) continue;
    const std::size_t input = op.inputs[0];
    const std::string name = input == search::kNetworkInput ? std::string(kNetworkInputName)
                                                            : network.operators[input].name;
    methods.try_emplace(name, op.calibration);
  }
  std::erase_if(methods, [](const auto& entry) {
    return entry.second == search::CalibrationMethod::kMinMax;
  });
  return methods;
}

ActivationRange range_by(search::CalibrationMethod method, const ActivationHistogram& histogram) {
  constexpr double kKept = 0.9999;
  return method == search::CalibrationMethod::kPercentile
             ? percentile_range(histogram, kKept)
             : divergence_range(histogram, largest_activation_code() + 1);
}

std::span<const float> values_of(CompiledNetwork& network, const std::string& name) {
  return name == kNetworkInputName ? std::span<const float>(network.input())
                                   : network.activation(name);
}

// Calls visit() after each whole batch of the images.
template <typename Visit>
void run_over(const LabelledImages& images, CompiledNetwork& network, Visit visit) {
  for (std::size_t begin = 0; begin + kBatch <= images.count(); begin += kBatch) {
    const auto first =
        images.images.begin() + static_cast<std::ptrdiff_t>(begin * images.image_elements);
    std::copy_n(first, kBatch * images.image_elements, network.input().begin());
    network.run();
    visit();
  }
}

}  // namespace

CalibrationResult calibrate(search::Network network, const WeightSource& weights,
                            const LabelledImages& images) {
  const auto methods = other_methods(network);
  for (search::Operator& op : network.operators) op.precision = search::Precision::kF32;
  CompileResult compiled =
      compile(network, weights, {}, {.batch = kBatch, .threads = 1, .keep_activations = true});
  if (!compiled.network) return {.ranges = {}, .failure = compiled.failure};
  const std::vector<std::string> watched = calibrated_operators(network);
  CalibrationResult result;
  run_over(images, *compiled.network, [&] {
    for (const std::string& name : watched) {
      const auto [low, high] = std::ranges::minmax(values_of(*compiled.network, name));
      const auto [place, fresh] = result.ranges.try_emplace(name, ActivationRange{low, high});
      if (fresh) continue;
      place->second.low = std::min(place->second.low, low);
      place->second.high = std::max(place->second.high, high);
    }
  });
  if (methods.empty() || result.ranges.empty()) return result;
  // A histogram needs the ends of its range first, hence a second pass.
  std::map<std::string, ActivationHistogram> histograms;
  for (const auto& [name, method] : methods) histograms.emplace(name, result.ranges.at(name));
  run_over(images, *compiled.network, [&] {
    for (auto& [name, histogram] : histograms) histogram.add(values_of(*compiled.network, name));
  });
  for (const auto& [name, histogram] : histograms)
    result.ranges[name] = range_by(methods.at(name), histogram);
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

ActivationRange plausible_range(const search::Network& network, std::size_t index) {
  // Moves, gates and maxima take their input's range.
  const auto keeps = [](const search::OperatorKind& kind) {
    return std::holds_alternative<search::Multiply>(kind) ||
           std::holds_alternative<search::Pool>(kind) ||
           std::holds_alternative<search::Concatenate>(kind) ||
           std::holds_alternative<search::GlobalAverage>(kind) ||
           std::holds_alternative<search::TokenMean>(kind);
  };
  while (index != search::kNetworkInput && keeps(network.operators[index].kind) &&
         network.operators[index].inputs[0] != search::kNetworkInput)
    index = network.operators[index].inputs[0];
  if (index == search::kNetworkInput) return {-3.0F, 3.0F};
  return std::visit(PlausibleRange{}, network.operators[index].kind);
}

Calibration plausible_calibration(const search::Network& network) {
  Calibration ranges{
      {std::string(kNetworkInputName), plausible_range(network, search::kNetworkInput)}};
  for (std::size_t i = 0; i < network.operators.size(); ++i)
    ranges[network.operators[i].name] = plausible_range(network, i);
  return ranges;
}

}  // namespace quarry::evaluators
