// What melts into what, read off the network alone.
#include "evaluators/onednn/fusion.hpp"

#include <catch2/catch.hpp>

#include "tests/support/small_networks.hpp"

namespace quarry::evaluators {
namespace {

using search::Activation;
using search::kNetworkInput;
using search::NetworkBuilder;
using test::append;
using test::convolution;
using test::linear;

std::string plan_of(NetworkBuilder builder) {
  const search::Network network = builder.take();
  return to_text(plan_fusion(network), network);
}

TEST_CASE("an activation melts into the product before it, if nobody else reads that") {
  NetworkBuilder builder({{3, 4, 4}});
  const std::size_t conv = convolution(builder, "conv", kNetworkInput, {.channels = 2});
  append(builder, "relu", search::Activate{}, {conv}, {2, 4, 4});
  CHECK(plan_of(builder) == "conv + relu -> relu\n");
  append(builder, "pool", search::GlobalAverage{}, {conv}, {2});
  CHECK(plan_of(builder) == "conv\n");
}

TEST_CASE("the later branch of a residual block takes the sum and the activation behind it") {
  NetworkBuilder builder({{3, 4, 4}});
  const std::size_t x = convolution(builder, "x", kNetworkInput, {.channels = 2});
  const std::size_t main = convolution(builder, "main", x, {.channels = 2});
  const std::size_t down = convolution(builder, "down", x, {.channels = 2});
  const std::size_t add = builder.add("add", main, down);
  append(builder, "relu", search::Activate{}, {add}, {2, 4, 4});
  CHECK(plan_of(builder) == "x\nmain\ndown + main + relu -> relu\n");
}

TEST_CASE("nothing is summed into what is read later, or is the product's own input") {
  NetworkBuilder later({{4, 6}});
  const std::size_t x = linear(later, "x", kNetworkInput, 6);
  const std::size_t y = linear(later, "y", kNetworkInput, 6);
  const std::size_t sum = later.add("sum", x, y);
  later.add("again", sum, x);
  CHECK(plan_of(later) == "x\ny\n");

  NetworkBuilder own({{4, 6}});
  const std::size_t z = linear(own, "z", kNetworkInput, 6);
  own.add("sum", z, linear(own, "fc", z, 6));
  CHECK(plan_of(own) == "z\nfc\n");

  NetworkBuilder input({{4, 6}});
  input.add("sum", kNetworkInput, linear(input, "fc", kNetworkInput, 6));
  CHECK(plan_of(input) == "fc\n");
}

TEST_CASE("nothing is summed into what lasts from run to run") {
  NetworkBuilder builder({{4, 6}});
  const std::size_t rows = append(builder, "rows", search::Cache{}, {}, {4, 6});
  builder.add("sum", rows, linear(builder, "fc", kNetworkInput, 6));
  CHECK(plan_of(builder) == "fc\n");
}

TEST_CASE("an image read under another name, as tokens, is read all the same") {
  NetworkBuilder builder({{3, 2, 2}});
  const std::size_t x = convolution(builder, "x", kNetworkInput, {.channels = 5});
  const std::size_t y = convolution(builder, "y", kNetworkInput, {.channels = 5});
  builder.add("sum", x, y);
  append(builder, "tokens", search::Tokens{}, {x}, {4, 5});
  linear(builder, "fc", builder.current(), 3);
  CHECK(plan_of(builder) == "x\ny\nfc\n");
}

TEST_CASE("a product that only attention reads is divided among its queries, keys and values") {
  NetworkBuilder builder({{5, 6}});
  const std::size_t qkv = linear(builder, "qkv", kNetworkInput, 18);
  const std::size_t scores =
      append(builder, "scores", search::AttentionScores{.heads = 2, .head_dim = 3, .key_begin = 6},
             {qkv, qkv}, {2, 5, 5});
  append(builder, "context", search::AttentionContext{.heads = 2, .head_dim = 3, .value_begin = 12},
         {scores, qkv}, {5, 6});
  CHECK(plan_of(builder) == "qkv in 3 parts\n");
  linear(builder, "other", qkv, 2);
  CHECK(plan_of(builder) == "qkv\nother\n");
}

TEST_CASE("taking a product apart leaves its operators on their own") {
  NetworkBuilder builder({{4, 6}});
  const std::size_t x = linear(builder, "x", kNetworkInput, 6);
  builder.add("sum", x, linear(builder, "fc", kNetworkInput, 6));
  const search::Network network = builder.take();
  FusionPlan plan = plan_fusion(network);
  CHECK(to_text(plan, network) == "x\nfc + x -> sum\n");
  separate(plan, 1, network);
  CHECK(to_text(plan, network) == "x\nfc\n");
  CHECK(plan.made_by == std::vector<std::size_t>{0, 1, 2});
}

}  // namespace
}  // namespace quarry::evaluators
