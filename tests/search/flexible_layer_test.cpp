// Costs as the first lines of search/blocks/flexible_layer.cpp state them.
#include <algorithm>
#include <catch2/catch.hpp>

#include "search/blocks/block.hpp"
#include "search/network/cost.hpp"

namespace quarry::search {
namespace {

constexpr std::int64_t kTokens = 16, kDim = 8, kHead = 4, kWidth = 32;

Network layer(const std::string& first_head, const std::string& second_head = "same",
              std::int64_t stacks = 1) {
  const BlockKind* kind = find_block("flexible_layer");
  OptionValues values = OptionValues::defaults(kind->parameters);
  values.set("hidden_size", kDim);
  values.set("heads", std::int64_t{2});
  values.set("operation", first_head);
  values.set("operation2", second_head);
  values.set("ffn_stacks", stacks);
  for (const char* width : {"ffn_width", "ffn_width2", "ffn_width3"}) values.set(width, kWidth);
  NetworkBuilder builder({{kTokens, kDim}});
  REQUIRE(kind->mismatch(builder, values) == std::nullopt);
  kind->append(builder, "layer", {values, values});
  return builder.take();
}

// What a layer's heads cost, without what follows them.
Cost heads(const Network& network) {
  const std::int64_t rest = kDim * kDim + 2 * kDim * kWidth;
  Cost cost = cost_of(network);
  cost.macs -= kTokens * rest;
  cost.params -= rest + 2 * kDim + kWidth + 4 * kDim;
  return cost;
}

TEST_CASE("heads of attention cost three projections and two products") {
  const Cost cost = heads(layer("sa_sdp"));
  CHECK(cost.macs == 2 * (3 * kTokens * kDim * kHead + 2 * kTokens * kTokens * kHead));
  CHECK(cost.params == 2 * 3 * (kDim * kHead + kHead));
}

TEST_CASE("weighted attention has a matrix for each head more") {
  const Cost plain = heads(layer("sa_sdp"));
  const Cost weighted = heads(layer("sa_wma"));
  CHECK(weighted.macs - plain.macs == 2 * kTokens * kHead * kHead);
  CHECK(weighted.params - plain.params == 2 * kHead * kHead);
}

TEST_CASE("transforms have no parameters and cost products with constant matrices") {
  CHECK(heads(layer("l_dct")).params == 0);
  CHECK(heads(layer("l_dct")).macs == kTokens * kDim * (kTokens + kDim));
  CHECK(heads(layer("l_dft")).macs == 2 * kTokens * kDim * (kTokens + kDim));
}

TEST_CASE("a convolution's kernels are made of the tokens and are a distribution per head") {
  const Network network = layer("c_9");
  const Cost cost = heads(network);
  CHECK(cost.macs == 2 * (kTokens * kDim * kHead + kTokens * kDim * 9 + kTokens * kHead * 9));
  CHECK(cost.params == 2 * (kDim * kHead + kHead + kDim * 9 + 9));
  const auto softmax =
      std::ranges::find(network.operators, "layer.kernel_softmax", &Operator::name);
  CHECK(softmax->output == TensorShape{{16, 2, 9}});
}

TEST_CASE("heads of one layer may mix tokens in different ways") {
  const Network network = layer("sa_sdp", "l_dct");
  const Cost cost = heads(network);
  const std::int64_t attention = 3 * kTokens * kDim * kHead + 2 * kTokens * kTokens * kHead;
  CHECK(cost.macs == attention + kTokens * kDim * kHead + kTokens * kHead * (kTokens + kHead));
  const auto joined = std::ranges::find(network.operators, "layer.heads", &Operator::name);
  CHECK(joined->output == TensorShape{{16, 8}});
  const auto value = std::ranges::find(network.operators, "layer.value2", &Operator::name);
  CHECK(std::get<Linear>(value->kind).weight ==
        WeightSlice{"layer.value.weight", {{{4, 8}}, {{0, 8}}}});
}

TEST_CASE("feed-forward products stand in a row") {
  const Cost one = cost_of(layer("sa_sdp"));
  const Cost three = cost_of(layer("sa_sdp", "same", 3));
  CHECK(three.macs - one.macs == 2 * kTokens * kWidth * kWidth);
  CHECK(three.params - one.params == 2 * (kWidth * kWidth + kWidth));
}

}  // namespace
}  // namespace quarry::search
