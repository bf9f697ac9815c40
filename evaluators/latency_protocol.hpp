// How latency is measured: warm up for a stated time, then repeat until the 95 % confidence
// interval of the median is narrow enough or the time is spent; what was reached is reported, never
// assumed.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <stop_token>

namespace quarry::evaluators {

struct LatencyProtocol {
  double warm_up_seconds = 0.05;
  std::size_t min_samples = 30;
  double relative_width = 0.01;  // half the confidence interval, as a share of the median
  double max_seconds = 1.0;      // of measuring, warm-up not counted
};

struct LatencySummary {
  double median_ms = 0.0;
  double half_width_ms = 0.0;  // half of the 95 % confidence interval of the median
  double low_ms = 0.0;         // 10 % quantile
  double high_ms = 0.0;        // 90 % quantile
  std::size_t samples = 0;
  bool converged = false;  // the asked width was reached
};

// Distribution-free: the interval is between order statistics whose ranks a binomial allows (Hahn
// and Meeker 1991, section 5.2). Precondition: at least one sample.
LatencySummary summarise(std::span<const double> samples_ms, double relative_width);

// Calls run() again and again on this thread. Ends early, not converged, when a stop is asked for;
// always takes one sample.
LatencySummary measure_latency(const std::function<void()>& run, const LatencyProtocol& protocol,
                               std::stop_token stop);

}  // namespace quarry::evaluators
