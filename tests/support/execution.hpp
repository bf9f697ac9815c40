// Compiled networks against plain loops: how far they are apart.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "evaluators/onednn/calibration.hpp"
#include "evaluators/onednn/compiled_network.hpp"
#include "evaluators/onednn/onednn_info.hpp"
#include "search/core/rng.hpp"
#include "tests/support/random_weights.hpp"
#include "tests/support/reference_executor.hpp"

namespace quarry::test {

inline evaluators::LabelledImages noise_inputs(const search::Network& network, std::size_t count) {
  search::Rng rng(77);
  evaluators::LabelledImages images{.image_elements = network.input.elements()};
  for (std::size_t i = 0; i < count * images.image_elements; ++i) {
    const double value = network.vocabulary > 0 ? static_cast<double>(rng.below(network.vocabulary))
                                                : 2 * rng.uniform() - 1;
    images.images.push_back(static_cast<float>(value));
  }
  images.labels.assign(count, 0);
  return images;
}

// Largest absolute difference to the reference over a batch, relative to the largest reference
// output.
inline double relative_error(const search::Network& network,
                             const evaluators::WeightSource& weights, std::size_t batch,
                             int threads, evaluators::WeightCache* cache = nullptr) {
  const evaluators::LabelledImages images = noise_inputs(network, std::max<std::size_t>(32, batch));
  const evaluators::CalibrationResult calibration = evaluators::calibrate(network, weights, images);
  REQUIRE(calibration.failure == "");
  const evaluators::CompileResult compiled = evaluators::compile(
      network, weights, calibration.ranges, {.batch = batch, .threads = threads}, cache);
  REQUIRE(compiled.failure == "");
  std::copy_n(images.images.begin(), compiled.network->input().size(),
              compiled.network->input().begin());
  compiled.network->run();
  compiled.network->run();  // a second run must not see what the first left behind
  ReferenceExecutor reference(network, weights);
  double largest = 0, difference = 0;
  for (std::size_t b = 0; b < batch; ++b) {
    const std::vector<double> expected =
        reference.run({images.image(b).begin(), images.image(b).end()});
    for (std::size_t i = 0; i < expected.size(); ++i) {
      largest = std::max(largest, std::abs(expected[i]));
      difference = std::max(
          difference, std::abs(expected[i] - compiled.network->output()[b * expected.size() + i]));
    }
  }
  return difference / largest;
}

inline bool runs_bf16() {
  return std::ranges::find(evaluators::executable_precisions(), search::Precision::kBf16) !=
         evaluators::executable_precisions().end();
}

// "operator part" of every step whose operator's name begins so, one to a line.
inline std::string steps_of(const evaluators::CompiledNetwork& network, const std::string& prefix) {
  std::string text;
  for (const evaluators::CompiledStep& step : network.steps()) {
    if (step.operator_name.starts_with(prefix))
      text += step.operator_name.substr(prefix.size()) + " " + step.part + "\n";
  }
  return text;
}

}  // namespace quarry::test
