// Network -> oneDNN program, in order of execution: fusion.hpp plans what melts into what,
// lowering.hpp keeps the values and their forms, lower_*.cpp hold the rules of the operator kinds.
// Tested by tests/evaluators/compiler_*_test.cpp and, end to end, against PyTorch's logits by
// fashion_vit_test.cpp.
#include <algorithm>
#include <cassert>

#include "evaluators/onednn/compiled_network.hpp"
#include "evaluators/onednn/lowering.hpp"

namespace quarry::evaluators {

using search::Network;
using search::Operator;

CompileResult compile(const Network& network, const WeightSource& weights,
                      const Calibration& calibration, const CompileOptions& options,
                      WeightCache* cache) {
  assert(!network.operators.empty() && options.batch >= 1 && options.threads >= 1);
  WeightCache own;
  try {
    Lowering lowering(network, weights, calibration, options, cache != nullptr ? *cache : own);
    return {.network = lowering.compile(), .failure = ""};
  } catch (const CompileFailure& failure) {
    return {.network = nullptr, .failure = failure.what()};
  } catch (const dnnl::error& error) {
    return {.network = nullptr, .failure = std::string("oneDNN: ") + error.what()};
  }
}

std::vector<std::string> calibrated_operators(const Network& network) {
  std::vector<std::string> names;
  const bool numbers = network.vocabulary == 0;
  if (numbers) names.emplace_back(kNetworkInputName);
  for (const Operator& op : network.operators) names.push_back(op.name);
  return names;
}

}  // namespace quarry::evaluators
