#include "evaluators/onednn/activation_histogram.hpp"

#include <catch2/catch.hpp>
#include <vector>

namespace quarry::evaluators {
namespace {

std::vector<float> repeated(float value, std::size_t times) {
  return std::vector<float>(times, value);
}

TEST_CASE("a histogram counts what lies in its bins, the range's end in the last") {
  ActivationHistogram histogram({0.0F, 4.0F}, 4);
  histogram.add(std::vector<float>{0.0F, 0.5F, 1.0F, 3.9F, 4.0F});
  CHECK(std::vector<std::uint64_t>(histogram.counts().begin(), histogram.counts().end()) ==
        std::vector<std::uint64_t>{2, 1, 0, 2});
  CHECK(histogram.edge(1) == 1.0F);
  CHECK(histogram.edge(4) == 4.0F);
}

TEST_CASE("a histogram of one value only has it in a bin") {
  ActivationHistogram histogram({0.0F, 0.0F}, 4);
  histogram.add(repeated(0.0F, 3));
  CHECK(histogram.counts()[0] == 3);
  CHECK(percentile_range(histogram, 0.5).high == 0.0F);
  CHECK(divergence_range(histogram, 2).high == 0.0F);
}

TEST_CASE("a percentile leaves out half of the rest at either end") {
  ActivationHistogram histogram({-4.0F, 4.0F}, 8);
  histogram.add(repeated(-3.5F, 1));
  histogram.add(repeated(0.5F, 97));
  histogram.add(repeated(2.5F, 1));
  histogram.add(repeated(3.5F, 1));
  CHECK(percentile_range(histogram, 1.0).low == -4.0F);
  CHECK(percentile_range(histogram, 1.0).high == 4.0F);
  // Of 100 values at most one and a half may go at either end.
  CHECK(percentile_range(histogram, 0.97).low == 0.0F);
  CHECK(percentile_range(histogram, 0.97).high == 3.0F);
}

TEST_CASE("a range always holds 0") {
  ActivationHistogram histogram({2.0F, 4.0F}, 4);
  histogram.add(repeated(3.5F, 10));
  CHECK(percentile_range(histogram, 1.0).low == 0.0F);
}

TEST_CASE("one value far away is given up for the many that it would round to one level") {
  ActivationHistogram histogram({0.0F, 64.0F}, 2048);
  for (int i = 0; i < 1000; ++i) histogram.add(repeated(static_cast<float>(i % 100) / 50.0F, 10));
  histogram.add(repeated(64.0F, 1));
  const ActivationRange range = divergence_range(histogram, 16);
  CHECK(range.low == 0.0F);
  CHECK(range.high < 8.0F);
  CHECK(range.high >= 1.0F);
}

TEST_CASE("values that fill their range keep all of it") {
  ActivationHistogram histogram({-1.0F, 1.0F}, 256);
  for (int i = 0; i < 256; ++i)
    histogram.add(repeated((static_cast<float>(i) - 127.5F) / 128.0F, 10));
  const ActivationRange range = divergence_range(histogram, 16);
  CHECK(range.low == -1.0F);
  CHECK(range.high == 1.0F);
}

}  // namespace
}  // namespace quarry::evaluators
