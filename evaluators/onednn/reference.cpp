// Tested by tests/evaluators/reference_test.cpp.
#include "evaluators/onednn/reference.hpp"

#include <stdexcept>

#include "evaluators/weights/weight_source.hpp"
#include "search/network/network_builder.hpp"

namespace quarry::evaluators {
namespace {

search::Network reference_network() {
  constexpr std::size_t kRows = 512;
  constexpr std::size_t kWidth = 64;
  constexpr std::size_t kHidden = 256;
  search::NetworkBuilder builder({{kRows, kWidth}});
  const auto product = [&](const std::string& name, std::size_t outputs,
                           search::Activation activation) {
    const std::size_t inputs = builder.current_shape().sizes.back();
    return builder.linear(name, builder.current(),
                          {.in_features = inputs,
                           .out_features = outputs,
                           .activation = activation,
                           .weight = search::first_block(name + ".weight", outputs, inputs),
                           .bias = search::first_entries(name + ".bias", outputs)},
                          search::Precision::kF32);
  };
  const std::size_t first = builder.layer_norm("norm1", builder.current());
  builder.append({.name = "scores",
                  .kind = search::AttentionScores{.heads = 1, .head_dim = kWidth},
                  .inputs = {first, first},
                  .output = {{1, kRows, kRows}}});
  const std::size_t weights = builder.append({.name = "softmax",
                                              .kind = search::Softmax{},
                                              .inputs = {builder.current()},
                                              .output = {{1, kRows, kRows}}});
  const std::size_t context =
      builder.append({.name = "context",
                      .kind = search::AttentionContext{.heads = 1, .head_dim = kWidth},
                      .inputs = {weights, first},
                      .output = {{kRows, kWidth}}});
  product("widen", kHidden, search::Activation::kRelu);
  const std::size_t narrow = product("narrow", kWidth, search::Activation::kNone);
  builder.layer_norm("norm2", builder.add("residual", context, narrow));
  return builder.take();
}

}  // namespace

std::unique_ptr<CompiledNetwork> make_reference_network(int threads) {
  CompileResult compiled =
      compile(reference_network(), PseudoRandomWeights{}, {}, {.batch = 1, .threads = threads});
  if (!compiled.network)
    throw std::logic_error("the reference network cannot be compiled: " + compiled.failure);
  // Not constant rows: a norm of equal numbers would divide nothing by nearly nothing.
  float value = 0.0F;
  for (float& element : compiled.network->input()) {
    value = value < 1.0F ? value + 0.37F : value - 0.99F;
    element = value;
  }
  return std::move(compiled.network);
}

}  // namespace quarry::evaluators
