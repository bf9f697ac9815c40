#include "evaluators/latency_protocol.hpp"

#include <catch2/catch.hpp>
#include <numeric>
#include <vector>

namespace quarry::evaluators {
namespace {

TEST_CASE("the summary of a hundred ordered samples") {
  std::vector<double> samples(100);
  std::iota(samples.begin(), samples.end(), 1.0);
  const LatencySummary summary = summarise(samples, 0.01);
  CHECK(summary.median_ms == 50.5);
  CHECK(summary.half_width_ms == 10);  // samples 41 and 61: floor and ceil of 50 -+ 9.8
  CHECK(summary.low_ms == 10);
  CHECK(summary.high_ms == 90);
  CHECK_FALSE(summary.converged);
}

TEST_CASE("an outlier moves neither the median nor its interval") {
  std::vector<double> samples(51, 2.0);
  samples[7] = 500.0;
  const LatencySummary summary = summarise(samples, 0.01);
  CHECK(summary.median_ms == 2.0);
  CHECK(summary.half_width_ms == 0.0);
  CHECK(summary.converged);
}

TEST_CASE("a single sample is its own median") {
  const LatencySummary summary = summarise(std::vector{3.0}, 0.01);
  CHECK(summary.median_ms == 3.0);
  CHECK(summary.samples == 1);
}

TEST_CASE("measuring takes at least the minimum of samples unless time runs out") {
  std::size_t runs = 0;
  const auto run = [&] { ++runs; };
  const LatencySummary enough = measure_latency(
      run, {.warm_up_seconds = 0.0, .min_samples = 40, .relative_width = 1e9, .max_seconds = 60.0},
      {});
  CHECK(enough.samples == 40);
  CHECK(runs == 41);
  CHECK(measure_latency(run, {.warm_up_seconds = 0.0, .min_samples = 40, .max_seconds = 0.0}, {})
            .samples == 1);
}

TEST_CASE("a stop request ends measuring after one sample") {
  std::stop_source source;
  source.request_stop();
  CHECK(measure_latency([] {}, {.warm_up_seconds = 60.0, .min_samples = 1000, .max_seconds = 60.0},
                        source.get_token())
            .samples == 1);
}

}  // namespace
}  // namespace quarry::evaluators
