#include "evaluators/onednn/quantize.hpp"

#include <catch2/catch.hpp>

namespace quarry::evaluators {
namespace {

TEST_CASE("an activation's scale covers its range with zero exact") {
  const ActivationScale scale = activation_scale({-1.0F, 4.1F}, 255);
  CHECK(scale.scale == Approx(5.1 / 255));
  CHECK(scale.zero_point == 50);
}

TEST_CASE("a range on one side of zero is widened to hold it") {
  CHECK(activation_scale({2.0F, 5.1F}, 255).zero_point == 0);
  CHECK(activation_scale({2.0F, 5.1F}, 255).scale == Approx(0.02));
  CHECK(activation_scale({-5.1F, -2.0F}, 255).zero_point == 255);
}

TEST_CASE("a range of one value does not divide by zero") {
  CHECK(activation_scale({0.0F, 0.0F}, 255).scale == 1.0F);
  CHECK(activation_scale({0.0F, 0.0F}, 255).zero_point == 0);
}

TEST_CASE("where products of eight bits saturate the range takes seven") {
  const ActivationScale scale = activation_scale({-1.0F, 1.54F}, 127);
  CHECK(scale.scale == Approx(0.02));
  CHECK(scale.zero_point == 50);
}

TEST_CASE("weights are rounded per output channel, ties to even") {
  const QuantizedWeights q =
      quantize_weights(std::vector<float>{1.27F, -0.635F, 0.0F, 0.0F}, 2, 2, 8);
  CHECK(q.values == std::vector<std::int8_t>{127, -64, 0, 0});
  CHECK(q.scales[0] == Approx(0.01));
  CHECK(q.scales[1] == 1.0F);
}

TEST_CASE("four-bit weights use fifteen levels") {
  const QuantizedWeights q =
      quantize_weights(std::vector<float>{0.7F, -0.7F, 0.34F, 0.06F}, 1, 4, 4);
  CHECK(q.values == std::vector<std::int8_t>{7, -7, 3, 1});
}

TEST_CASE("one scale for all outputs is the largest one's, and sums are of the codes") {
  const QuantizedWeights q =
      quantize_weights(std::vector<float>{1.27F, -0.5F, 0.1F, 0.1F}, 2, 2, 8, false);
  CHECK(q.values == std::vector<std::int8_t>{127, -50, 10, 10});
  CHECK(q.scales == std::vector<float>{q.scales[0], q.scales[0]});
  CHECK(q.sums == std::vector<std::int64_t>{77, 20});
}

}  // namespace
}  // namespace quarry::evaluators
