#include "evaluators/weights/weight_source.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/support/small_networks.hpp"

namespace quarry::evaluators {
namespace {

using test::whole;

TEST_CASE("a sub-network's slice holds the numbers that the whole tensor has there") {
  const PseudoRandomWeights weights;
  // Scaled by the fan-in, which is 6 of both.
  const std::vector<float> all = weights.read(whole("layer.weight", {4, 6}));
  const std::vector<float> rows = weights.read({"layer.weight", {{{1, 2}, {3, 4}}, {{0, 6}}}});
  CHECK(std::vector<float>(all.begin() + 6, all.begin() + 12) ==
        std::vector<float>(rows.begin(), rows.begin() + 6));
  CHECK(std::vector<float>(all.begin() + 18, all.end()) ==
        std::vector<float>(rows.begin() + 6, rows.end()));
}

TEST_CASE("made-up matrices have He's variance and differ by name and seed") {
  const std::vector<float> values = PseudoRandomWeights().read(whole("w", {200, 300}));
  double mean = 0;
  double squares = 0;
  for (const float x : values) mean += x, squares += static_cast<double>(x) * x;
  CHECK(std::abs(mean / 60000) < 0.002);
  CHECK(squares / 60000 == Approx(2.0 / 300).epsilon(0.02));
  CHECK(PseudoRandomWeights().read(whole("v", {200, 300})) != values);
  CHECK(PseudoRandomWeights(2).read(whole("w", {200, 300})) != values);
  CHECK(PseudoRandomWeights(2).identity() != PseudoRandomWeights().identity());
}

TEST_CASE("scales and variances are near one, biases and means near zero") {
  for (const float x : PseudoRandomWeights().read(whole("norm.variance", {50})))
    CHECK(std::abs(x - 1) <= 0.1F);
  for (const char* name : {"fc.bias", "norm.running_mean", "norm.shift"}) {
    for (const float x : PseudoRandomWeights().read(whole(name, {50}))) CHECK(std::abs(x) <= 0.1F);
  }
}

TEST_CASE("a tensor without a name holds nothing") {
  CHECK(PseudoRandomWeights().read({}).empty());
}

}  // namespace
}  // namespace quarry::evaluators
