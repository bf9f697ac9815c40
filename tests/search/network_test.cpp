#include "search/network/network.hpp"

#include <catch2/catch.hpp>

namespace quarry::search {
namespace {

TEST_CASE("precision names round-trip and others are refused") {
  for (const Precision precision :
       {Precision::kF32, Precision::kBf16, Precision::kInt8, Precision::kInt8Weights4}) {
    Precision parsed = Precision::kF32;
    CHECK(parse_precision(to_text(precision), parsed));
    CHECK(parsed == precision);
  }
  Precision untouched = Precision::kBf16;
  CHECK_FALSE(parse_precision("int7", untouched));
  CHECK(untouched == Precision::kBf16);
}

TEST_CASE("a slice counts what it keeps") {
  const WeightSlice slice{"qkv", {{{0, 16}, {64, 80}, {128, 144}}, {{0, 64}}}};
  CHECK(slice.elements() == 48 * 64);
}

TEST_CASE("a shape counts its elements, and a scalar is one") {
  CHECK(TensorShape{{49, 64, 2}}.elements() == 49 * 128);
  CHECK(TensorShape{{49, 0}}.elements() == 0);
  CHECK(TensorShape{}.elements() == 1);
}

TEST_CASE("only linear operators have a precision to choose, and the policy lists them in order") {
  const Network network{
      .operators = {{.name = "patches", .kind = Patchify{}},
                    {.name = "a", .kind = Linear{}, .precision = Precision::kInt8},
                    {.name = "scores", .kind = AttentionScores{}},
                    {.name = "b", .kind = Linear{}}}};
  CHECK(policy_of(network) == QuantizationPolicy{{"a", Precision::kInt8}, {"b", Precision::kF32}});
  CHECK(kind_name(network.operators[1].kind) == "linear");
  CHECK(kind_name(network.operators[2].kind) == "attention_scores");
  CHECK(policy_of({}).empty());
}

}  // namespace
}  // namespace quarry::search
