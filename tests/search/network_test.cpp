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

}  // namespace
}  // namespace quarry::search
