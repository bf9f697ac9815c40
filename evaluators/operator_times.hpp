// How long the steps of compiled networks take, learned while whole networks are measured: one row
// for each kind and shape of step on a machine (its fingerprint, which tells the number of threads
// too), and beside them the whole networks, which say what the sum of the steps leaves out.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "evaluators/onednn/compiled_network.hpp"

namespace quarry::evaluators {

// "kind shape": steps with the same key share a row.
std::string step_key(const std::string& kind, const std::string& shape);

struct StepTime {
  std::string kind;
  std::string shape;
  std::int64_t macs = 0;
  std::size_t bytes = 0;
  bool is_reorder = false;
  std::int64_t networks = 0;      // in which it was ever timed
  std::vector<double> recent_ms;  // the latest kRecent, oldest first; in each its median
  bool operator==(const StepTime&) const = default;

  static constexpr std::size_t kRecent = 32;
  double median_ms() const;  // 0 when it was never timed
};

// A network that was measured whole.
struct NetworkTime {
  std::size_t rows = 1;                            // inputs at a time
  std::vector<std::pair<std::string, int>> steps;  // key, how often
  double ms = 0.0;
  bool operator==(const NetworkTime&) const = default;
};

struct OperatorTable {
  std::map<std::string, StepTime> steps;  // by key
  std::vector<NetworkTime> networks;      // the latest kNetworks, oldest first
  static constexpr std::size_t kNetworks = 256;
};

// Thread-safe.
class OperatorTimes {
 public:
  struct Change {
    std::string fingerprint;
    std::vector<StepTime> steps;  // rows as they now are
    std::optional<NetworkTime> network;
  };
  using Keep = std::function<void(const Change&)>;

  // keep, if there is one, is told of each change by the thread that made it, after it.
  explicit OperatorTimes(std::map<std::string, OperatorTable> tables = {}, Keep keep = nullptr)
      : tables_(std::move(tables)), keep_(std::move(keep)) {}

  // Whether every step was timed in so many networks that one more says little.
  bool is_settled(const std::string& fingerprint, std::span<const CompiledStep> steps) const;

  // What one network taught: its steps, the runs in which they were timed (ms of each step), and
  // what it takes as a whole, if that is known. Nothing is learned without a run.
  void record(const std::string& fingerprint, std::size_t rows, std::span<const CompiledStep> steps,
              std::span<const std::vector<double>> runs_ms, std::optional<double> whole_ms);

  OperatorTable table(const std::string& fingerprint) const;
  std::vector<std::string> fingerprints() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, OperatorTable> tables_;  // by fingerprint
  Keep keep_;
};

}  // namespace quarry::evaluators
