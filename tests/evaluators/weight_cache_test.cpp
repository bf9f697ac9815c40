#include "evaluators/onednn/weight_cache.hpp"

#include <catch2/catch.hpp>

#include "tests/support/execution.hpp"
#include "tests/support/small_networks.hpp"

namespace quarry::evaluators {
namespace {

using search::Precision;

struct Bytes {
  std::size_t count = 0;
  std::size_t bytes() const { return count; }
};

TEST_CASE("a key is made once, while it is kept") {
  WeightCache cache(100);
  int made = 0;
  const auto get = [&](const char* key, std::size_t bytes) {
    return cache.find_or_make<Bytes>(key, [&] {
      ++made;
      return Bytes{bytes};
    });
  };
  const auto first = get("a", 60);
  CHECK(get("a", 60) == first);
  CHECK(made == 1);
  get("b", 30);
  get("a", 60);  // b is now the longest unused
  get("c", 20);  // 110 bytes: b is dropped
  CHECK(cache.bytes() == 80);
  get("a", 60);
  CHECK(made == 3);
  get("b", 30);
  CHECK(made == 4);
}

TEST_CASE("what a holder still has lives on when the cache drops it, and too much is not kept") {
  WeightCache cache(10);
  const auto held = cache.find_or_make<Bytes>("large", [] { return Bytes{11}; });
  CHECK(cache.bytes() == 0);
  CHECK(held->count == 11);
}

search::Network perceptron(std::size_t hidden, Precision precision) {
  search::NetworkBuilder builder({{4, 16}});
  std::size_t x = test::linear(builder, "fc1", search::kNetworkInput, hidden,
                               search::Activation::kRelu, precision);
  test::linear(builder, "fc2", x, 8, search::Activation::kNone, precision);
  return builder.take();
}

TEST_CASE("networks with equal slices share packed weights; other precisions have their own") {
  WeightCache cache;
  const PseudoRandomWeights weights;
  const auto compile_one = [&](const search::Network& network) {
    REQUIRE(compile(network, weights, plausible_calibration(network), {}, &cache).failure == "");
    return cache.misses();
  };
  const std::size_t first = compile_one(perceptron(32, Precision::kF32));
  CHECK(compile_one(perceptron(32, Precision::kF32)) == first);
  const std::size_t integers = compile_one(perceptron(32, Precision::kInt8));
  CHECK(integers > first);
  CHECK(compile_one(perceptron(32, Precision::kInt8)) == integers);
  CHECK(compile_one(perceptron(48, Precision::kInt8)) > integers);
}

TEST_CASE("a cache of no bytes changes no result") {
  WeightCache none(0);
  for (const Precision precision : {Precision::kF32, Precision::kInt8}) {
    const search::Network network = perceptron(32, precision);
    CHECK(test::relative_error(network, PseudoRandomWeights(), 2, 1, &none) < 0.03);
  }
  CHECK(none.bytes() == 0);
}

TEST_CASE("a thousand candidates leave no more in the cache than its bound") {
  WeightCache cache(std::size_t{64} << 10);
  for (std::size_t i = 0; i < 1000; ++i) {
    const search::Network network =
        perceptron(1 + i % 300, i % 2 == 0 ? Precision::kF32 : Precision::kInt8);
    REQUIRE(compile(network, PseudoRandomWeights(), plausible_calibration(network), {}, &cache)
                .failure == "");
    REQUIRE(cache.bytes() <= cache.max_bytes());
  }
}

}  // namespace
}  // namespace quarry::evaluators
