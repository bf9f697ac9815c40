#include "evaluators/machine_peaks.hpp"

#include <catch2/catch.hpp>

#include "evaluators/onednn/onednn_info.hpp"
#include "search/network/network_builder.hpp"

namespace quarry::evaluators {
namespace {

using search::Precision;

// 10 x 100 times 100 x 50, without a bias.
search::Network one_product(Precision precision) {
  search::NetworkBuilder builder({{10, 100}});
  builder.linear("fc", search::kNetworkInput,
                 {.in_features = 100,
                  .out_features = 50,
                  .weight = search::first_block("fc.weight", 50, 100),
                  .bias = {}},
                 precision);
  return builder.take();
}

const MachinePeaks kPeaks{.macs_per_ms = {{Precision::kF32, 1000.0}, {Precision::kInt8, 4000.0}},
                          .bytes_per_ms = 100.0};

TEST_CASE("a network cannot be faster than its products at the peak of their precision") {
  CHECK(roofline_ms(one_product(Precision::kF32), 1, kPeaks, 1 << 20) == Approx(50.0));
  CHECK(roofline_ms(one_product(Precision::kInt8), 1, kPeaks, 1 << 20) == Approx(12.5));
  CHECK(roofline_ms(one_product(Precision::kF32), 3, kPeaks, 1 << 20) == Approx(150.0));
}

TEST_CASE("nor than its weights come from memory, but for what a cache holds") {
  // 5,000 weights of 4 bytes.
  CHECK(roofline_ms(one_product(Precision::kF32), 1, kPeaks, 0) == Approx(200.0));
  CHECK(roofline_ms(one_product(Precision::kF32), 1, kPeaks, 12000) == Approx(80.0));
}

TEST_CASE("the machine has a peak for every precision that runs on it") {
  const MachinePeaks peaks = measure_peaks(1);
  for (const Precision precision : executable_precisions())
    CHECK(peaks.macs_per_ms.at(precision) > 0.0);
  CHECK(peaks.bytes_per_ms > 0.0);
}

}  // namespace
}  // namespace quarry::evaluators
