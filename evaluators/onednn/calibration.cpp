// Tested through the accuracy of INT8 networks, tests/evaluators/fashion_vit_test.cpp.
#include "evaluators/onednn/calibration.hpp"

#include <algorithm>

#include "evaluators/onednn/compiled_network.hpp"

namespace quarry::evaluators {

CalibrationResult calibrate(search::Network network, const TensorStore& weights,
                            const LabelledImages& images) {
  constexpr std::size_t kBatch = 32;
  for (search::Operator& op : network.operators) op.precision = search::Precision::kF32;
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
      const auto [low, high] = std::ranges::minmax(compiled.network->activation(name));
      const auto [place, fresh] = result.ranges.try_emplace(name, ActivationRange{low, high});
      if (fresh) continue;
      place->second.low = std::min(place->second.low, low);
      place->second.high = std::max(place->second.high, high);
    }
  }
  return result;
}

}  // namespace quarry::evaluators
