// Timing a compiled network alone on this machine: latency_protocol.hpp with the real clock, the
// reference, the lock across processes, and threads that are kept to themselves.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "evaluators/latency_protocol.hpp"
#include "evaluators/machine_peaks.hpp"
#include "evaluators/onednn/compiled_network.hpp"

namespace quarry::evaluators {

struct LatencyOptions {
  int threads = 1;
  bool cold = false;     // caches are flushed before each sample
  bool realtime = true;  // real-time priority while measuring, where the system allows it
  LatencyProtocol protocol;
};

struct LatencyMeasurement {
  LatencySummary summary;
  double load = 0.0;  // of the machine when it began: processes that ran or wanted to, last minute
  bool realtime = false;
};

// Where the time of one run goes.
struct LatencyProfile {
  std::vector<double> step_ms;  // medians, of the network's steps in order
  double whole_ms = 0.0;        // median of runs without a clock between the steps, taken in turn
};

// Used by the thread that made it, for networks of so many threads.
class LatencyMeter {
 public:
  explicit LatencyMeter(const LatencyOptions& options);
  ~LatencyMeter();

  // Nothing when a stop is asked for before its turn comes. timed_share: with some runs timed step
  // by step, for at most this share of the samples' time, or one run.
  std::optional<LatencyMeasurement> measure(CompiledNetwork& network, std::stop_token stop,
                                            std::optional<double> timed_share = std::nullopt);
  std::optional<LatencyProfile> profile(CompiledNetwork& network, std::stop_token stop);

  // What the machine can do at most, alone and at the priority that networks are measured at.
  // Nothing when a stop is asked for first.
  std::optional<MachinePeaks> peaks(std::stop_token stop);

 private:
  double baseline_ms(const LatencySubject& subject, std::stop_token stop);
  void flush_caches();

  LatencyOptions options_;
  std::unique_ptr<CompiledNetwork> reference_;
  std::string baseline_file_;
  double own_baseline_ms_ = 0.0;  // what this process found; 0: not yet
  std::vector<char> flushed_;     // larger than the last cache; empty unless caches are to be cold
};

// How the number came about, by name with units: mean_ms, p95_ms, p99_ms, width_reached (of the
// median), converged, disturbed, blocks, disturbed_blocks, interrupted_samples, drift, load,
// realtime. Yes is 1.
std::map<std::string, double> latency_detail(const LatencyMeasurement& measurement);

}  // namespace quarry::evaluators
