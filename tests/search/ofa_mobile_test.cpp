// Once-for-all's mobile supernets against the figures of ../shared/spec/reference.md, sections 1.0
// to 1.2; tests/shared/ofa_test.cpp compares with every published row.
#include <catch2/catch.hpp>
#include <cmath>

#include "tests/support/configs.hpp"

namespace quarry::search {
namespace {

constexpr const char* kMobile10 = "ofa_mbv3_d234_e346_k357_w1.0";
constexpr const char* kMobile12 = "ofa_mbv3_d234_e346_k357_w1.2";
constexpr const char* kProxyless = "ofa_proxyless_d234_e346_k357_w1.3";

std::string macs_and_params(const Supernet& supernet, const Genome& genome) {
  const auto cost = supernet.reported_cost(genome, supernet.network(genome));
  return std::to_string(cost.macs) + " / " + std::to_string(cost.params);
}

TEST_CASE("the smallest and largest of once-for-all's mobile supernets cost what was published") {
  const auto extremes = [](const char* name) {
    const Supernet supernet = test::builtin_supernet(name);
    return macs_and_params(supernet, test::baseline(supernet, "smallest f32")) + ", " +
           macs_and_params(supernet, test::baseline(supernet, "largest f32"));
  };
  CHECK(extremes(kMobile10) == "121278672 / 3410792, 566170656 / 7664760");
  CHECK(extremes(kMobile12) == "193078200 / 4602456, 843101040 / 10701632");
  CHECK(extremes(kProxyless) == "292977624 / 4282040, 1004908032 / 7942056");
}

TEST_CASE("published MobileNetV3 sub-networks cost what was published") {
  const Supernet supernet = test::builtin_supernet(kMobile10);
  const auto cost = [&](const std::string& config) {
    return macs_and_params(supernet, test::genome_of(supernet, nlohmann::json::parse(config)));
  };
  CHECK(cost(R"({"ks": [5,7,5,5,3,3,3,7,5,5,3,7,7,3,3,3,5,5,5,5],
                 "e": [4,3,4,4,4,6,3,4,4,3,4,3,3,6,6,6,4,3,4,4], "d": [2,3,2,4,3]})") ==
        "255502624 / 5029656");
  CHECK(cost(R"({"ks": [5,5,5,5,3,7,7,7,7,5,7,3,3,3,5,5,5,7,5,5],
                 "e": [4,3,6,3,6,6,3,3,6,4,4,6,3,4,3,6,4,4,3,4], "d": [3,3,3,4,3]})") ==
        "297261792 / 4761632");
  CHECK(cost(R"({"ks": [7,3,3,7,5,3,3,3,7,3,7,7,7,3,7,5,3,3,3,3],
                 "e": [3,6,6,3,6,3,6,6,6,6,4,3,4,6,4,3,3,6,4,4], "d": [3,2,2,3,2]})") ==
        "244945104 / 4536768");
}

TEST_CASE("a published MobileNetV3-w1.2 sub-network costs what was published") {
  const Supernet supernet = test::builtin_supernet(kMobile12);
  const Genome genome = test::genome_of(
      supernet, nlohmann::json::parse(R"({"ks": [7,7,3,3,5,7,7,3,5,5,3,3,7,3,5,5,5,7,5,7],
                 "e": [3,4,4,4,4,6,6,4,4,3,4,4,3,6,4,3,4,6,3,3], "d": [2,4,4,2,3]})"));
  CHECK(supernet.reported_cost(genome, supernet.network(genome)).macs == 391813792);
}

TEST_CASE("the mobile spaces have 45 genes and (9^2 + 9^3 + 9^4)^5 different networks") {
  for (const char* name : {kMobile10, kMobile12, kProxyless}) {
    const Supernet supernet = test::builtin_supernet(name);
    CHECK(supernet.space.size() == 45);
    CHECK(supernet.space.raw_size() == Approx(std::pow(3.0, 45)).epsilon(1e-12));
    CHECK(supernet.space.canonical_size() == Approx(std::pow(81.0 + 729 + 6561, 5)).epsilon(1e-12));
  }
}

TEST_CASE("a smaller kernel is the centre of the larger, a smaller expansion its first channels") {
  const Supernet supernet = test::builtin_supernet(kMobile10);
  const Network network = supernet.network(test::baseline(supernet, "smallest f32"));
  const auto op = std::ranges::find(network.operators, "block1.depthwise", &Operator::name);
  REQUIRE(op != network.operators.end());
  const WeightSlice expected{"blocks.1.conv.depth_conv.conv.conv.weight",
                             {{{0, 48}}, {{0, 1}}, {{2, 5}}, {{2, 5}}}};
  CHECK(std::get<Convolution>(op->kind).weight == expected);
  CHECK(std::get<Convolution>(op->kind).norm->mean ==
        first_entries("blocks.1.conv.depth_conv.bn.bn.running_mean", 48));
}

TEST_CASE("all tensors of the mobile supernets go by once-for-all's names") {
  for (const char* name : {kMobile10, kProxyless}) {
    const Supernet supernet = test::builtin_supernet(name);
    for (const Operator& op : supernet.network(test::baseline(supernet, "largest f32")).operators) {
      for (const WeightSlice* slice : weight_slices(op.kind)) {
        INFO(slice->tensor);
        CHECK(slice->tensor.find(".norm.") == std::string::npos);
        CHECK_FALSE(slice->tensor.starts_with("block1"));
        CHECK_FALSE(slice->tensor.starts_with("head"));
      }
    }
  }
}

TEST_CASE("a block of MobileNetV3 with squeeze-and-excitation has a residual where shapes agree") {
  const Supernet supernet = test::builtin_supernet(kMobile10);
  const Network network = supernet.network(test::baseline(supernet, "smallest f32"));
  std::string names;
  for (const Operator& op : network.operators) {
    if (op.name.starts_with("block5.") || op.name.starts_with("block6.")) names += op.name + "\n";
  }
  CHECK(names ==
        "block5.expand\nblock5.depthwise\nblock5.se.mean\nblock5.se.reduce\nblock5.se.expand\n"
        "block5.se.scale\nblock5.project\n"
        "block6.expand\nblock6.depthwise\nblock6.se.mean\nblock6.se.reduce\nblock6.se.expand\n"
        "block6.se.scale\nblock6.project\nblock6.add\n");
}

}  // namespace
}  // namespace quarry::search
