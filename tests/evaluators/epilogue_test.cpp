// The arithmetic behind an integer product, with numbers that can be checked by hand.
#include "evaluators/onednn/epilogue.hpp"

#include <catch2/catch.hpp>

namespace quarry::evaluators {
namespace {

using search::Activation;

// Weights 2 and -3 stand for 0.5 and -0.75, stored inputs 14 and 6 for 2 and -2, the bias is 1:
// 0.5 * 2 + 0.75 * 2 + 1 = 3.5.
const std::vector<float> kScales = {0.25F};
const std::vector<std::int64_t> kSums = {-1};
const std::vector<float> kBias = {1.0F};
constexpr float kAccumulated = 2.0F * 14 - 3.0F * 6;

IntegerSums sums() {
  return {.scales = kScales, .sums = kSums, .bias = kBias, .input = {0.5F, 10}};
}

float scaled(const IntegerProduct& product) {
  return product.epilogue.output_scales[0] * (kAccumulated + product.bias[0]);
}

TEST_CASE("folding makes the integer product equal the real one") {
  CHECK(scaled(fold(sums())) == Approx(3.5));
}

TEST_CASE("a kernel that knows the zero point subtracts it itself") {
  IntegerSums product = sums();
  product.fold_zero_point = false;
  const IntegerProduct folded = fold(product);
  CHECK(folded.epilogue.output_scales[0] * (kAccumulated - 10 * -1.0F + folded.bias[0]) ==
        Approx(3.5));
}

TEST_CASE("without an activation the step to u8 is folded as well, zero point and all") {
  IntegerSums product = sums();
  product.destination = ActivationScale{0.1F, 20};
  const IntegerProduct folded = fold(product);
  CHECK(scaled(folded) == Approx(3.5 / 0.1 + 20));
  CHECK(folded.epilogue.final_scale == 1.0F);
}

TEST_CASE("a ReLU before u8 is the cut at code 0 and no step of its own") {
  IntegerSums product = sums();
  product.activation = Activation::kRelu;
  product.destination = ActivationScale{0.1F, 0};
  const IntegerProduct folded = fold(product);
  CHECK(folded.epilogue.activation == Activation::kNone);
  CHECK(scaled(folded) == Approx(35));
}

TEST_CASE("any other activation sees real numbers, and the step to u8 comes last") {
  IntegerSums product = sums();
  product.activation = Activation::kHardSwish;
  product.destination = ActivationScale{0.1F, 20};
  const IntegerProduct folded = fold(product);
  CHECK(scaled(folded) == Approx(3.5));
  CHECK(folded.epilogue.activation == Activation::kHardSwish);
  CHECK(folded.epilogue.final_scale == Approx(10));
  CHECK(folded.epilogue.final_shift == 20);
}

TEST_CASE("a residual of bytes is scaled to the destination's steps and its zero point folded") {
  IntegerSums product = sums();
  product.residual = ActivationScale{0.2F, 7};
  product.after_residual = Activation::kRelu;
  product.destination = ActivationScale{0.1F, 0};
  const IntegerProduct folded = fold(product);
  // The stored residual 12 stands for 1: 3.5 + 1 = 4.5, 45 steps.
  CHECK(scaled(folded) + *folded.epilogue.sum_scale * 12 == Approx(45));
  CHECK(folded.epilogue.after_sum == Activation::kNone);
}

TEST_CASE("a residual behind an activation is shifted after the sum") {
  IntegerSums product = sums();
  product.activation = Activation::kGelu;
  product.residual = ActivationScale{0.2F, 7};
  product.destination = ActivationScale{0.1F, 3};
  const Epilogue epilogue = fold(product).epilogue;
  CHECK(*epilogue.sum_scale == Approx(0.2));
  CHECK(epilogue.sum_shift == Approx(-1.4));
  CHECK(epilogue.final_shift == 3);
}

}  // namespace
}  // namespace quarry::evaluators
