// Tested by tests/evaluators/latency_protocol_test.cpp.
#include "evaluators/latency_protocol.hpp"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cmath>
#include <vector>

namespace quarry::evaluators {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double quantile(const std::vector<double>& sorted, double share) {
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

}  // namespace

LatencySummary summarise(std::span<const double> samples_ms, double relative_width) {
  assert(!samples_ms.empty());
  std::vector<double> sorted(samples_ms.begin(), samples_ms.end());
  std::ranges::sort(sorted);
  const auto count = static_cast<double>(sorted.size());
  const double reach = 1.96 * std::sqrt(count) / 2.0;
  const auto last = static_cast<std::ptrdiff_t>(sorted.size()) - 1;
  const auto below = std::clamp<std::ptrdiff_t>(
      static_cast<std::ptrdiff_t>(std::floor(count / 2.0 - reach)), 0, last);
  const auto above = std::clamp<std::ptrdiff_t>(
      static_cast<std::ptrdiff_t>(std::ceil(count / 2.0 + reach)), 0, last);
  const std::size_t middle = sorted.size() / 2;
  LatencySummary summary{.samples = sorted.size()};
  summary.median_ms =
      sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2.0;
  summary.half_width_ms =
      (sorted[static_cast<std::size_t>(above)] - sorted[static_cast<std::size_t>(below)]) / 2.0;
  summary.low_ms = quantile(sorted, 0.1);
  summary.high_ms = quantile(sorted, 0.9);
  summary.converged = summary.half_width_ms <= relative_width * summary.median_ms;
  return summary;
}

LatencySummary measure_latency(const std::function<void()>& run, const LatencyProtocol& protocol,
                               std::stop_token stop) {
  const Clock::time_point warm_up = Clock::now();
  do {
    run();
  } while (seconds_since(warm_up) < protocol.warm_up_seconds && !stop.stop_requested());

  std::vector<double> samples;
  const Clock::time_point begin = Clock::now();
  std::size_t next_look = protocol.min_samples;
  while (true) {
    const Clock::time_point start = Clock::now();
    run();
    samples.push_back(seconds_since(start) * 1e3);
    const bool out_of_time = seconds_since(begin) >= protocol.max_seconds || stop.stop_requested();
    if (!out_of_time && samples.size() < next_look) continue;
    const LatencySummary summary = summarise(samples, protocol.relative_width);
    if (out_of_time || summary.converged) return summary;
    // Looking costs a sort; look after every tenth more samples.
    next_look = samples.size() + std::max<std::size_t>(samples.size() / 10, 1);
  }
}

}  // namespace quarry::evaluators
