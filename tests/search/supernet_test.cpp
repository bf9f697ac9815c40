#include "search/supernets/supernet.hpp"

#include <catch2/catch.hpp>

#include "search/network/cost.hpp"
#include "tests/support/manifests.hpp"

namespace quarry::search {
namespace {

using test::baseline;

TEST_CASE("the largest fashion_vit has the cost that its shape dictates") {
  const Supernet supernet = test::fashion_vit();
  const Network network = supernet.network(baseline(supernet, "largest f32"));
  const std::int64_t layer = 49 * (4 * 64 * 64 + 2 * 64 * 256) + 2 * 49 * 49 * 64;
  CHECK(cost_of(network).macs == 49 * 16 * 64 + 6 * layer + 64 * 10);
  const std::int64_t layer_params = 4 * 64 * 64 + 4 * 64 + 2 * 64 * 256 + 256 + 64 + 4 * 64;
  CHECK(cost_of(network).params == (16 * 64 + 64 + 49 * 64) + 6 * layer_params + 2 * 64 + 650);
}

TEST_CASE("dead genes do not change the network") {
  const Supernet supernet = test::fashion_vit();
  Genome genome = baseline(supernet, "smallest int8");
  const Cost before = cost_of(supernet.network(genome));
  genome[2] = 3;  // heads[1] of a network with one layer
  CHECK(cost_of(supernet.network(genome)).model_size_bytes == before.model_size_bytes);
}

TEST_CASE("a sub-network keeps the first heads of queries, keys and values") {
  const Supernet supernet = test::fashion_vit();
  const Network network = supernet.network(baseline(supernet, "smallest int8"));
  const auto qkv = std::ranges::find(network.operators, "layer0.qkv", &Operator::name);
  REQUIRE(qkv != network.operators.end());
  const WeightSlice expected{"layer0.qkv.weight", {{{0, 16}, {64, 80}, {128, 144}}, {{0, 64}}}};
  CHECK(std::get<Linear>(qkv->kind).weight == expected);
}

TEST_CASE("the policy lists every quantizable operator with its precision") {
  const Supernet supernet = test::fashion_vit();
  const QuantizationPolicy policy =
      policy_of(supernet.network(baseline(supernet, "smallest int8")));
  std::string text;
  for (const auto& [name, precision] : policy)
    text += name + " " + std::string(to_text(precision)) + "\n";
  CHECK(text ==
        "patch.embedding int8\nlayer0.qkv int8\nlayer0.out int8\nlayer0.fc1 int8\nlayer0.fc2 "
        "int8\nhead.classifier int8\n");
}

TEST_CASE("fully INT8 quarters the weights") {
  const Supernet supernet = test::fashion_vit();
  const double f32 = static_cast<double>(
      cost_of(supernet.network(baseline(supernet, "largest f32"))).model_size_bytes);
  const double int8 = static_cast<double>(
      cost_of(supernet.network(baseline(supernet, "largest int8"))).model_size_bytes);
  CHECK(f32 / int8 > 3.4);
  CHECK(f32 / int8 < 4.0);
}

}  // namespace
}  // namespace quarry::search
