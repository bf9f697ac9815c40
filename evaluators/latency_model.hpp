// Latency from the times of operators: the sum of a network's steps, corrected by what whole
// networks were found to take (nn-Meter, Zhang et al. 2021, adds up kernels alike). A step that was
// never timed is estimated from those of its kind. Data only, fixed once made: a study keeps the
// one that it began with.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "evaluators/onednn/step_plan.hpp"
#include "evaluators/operator_times.hpp"
#include "evaluators/supernet_library.hpp"

namespace quarry::evaluators {

struct StepRow {
  std::string kind;
  std::string shape;
  std::int64_t macs = 0;
  std::size_t bytes = 0;
  std::int64_t networks = 0;  // in which it was timed
  double ms = 0.0;
  double deviation_ms = 0.0;  // of ms, which is a median of measurements
  bool operator==(const StepRow&) const = default;
};

// ms = per_ms * sum of the steps + per_step * steps + per_reorder * reorders.
struct LatencyCorrection {
  double per_ms = 1.0;
  double per_step = 0.0;      // ms
  double per_reorder = 0.0;   // ms
  double deviation = 0.05;    // of what comes out, as a share
  std::int64_t networks = 0;  // that it was fitted to
  bool operator==(const LatencyCorrection&) const = default;
};

struct StepEstimate {
  double ms = 0.0;
  double deviation_ms = 0.0;
  bool estimated = false;  // never timed
};

struct LatencyPrediction {
  double mean_ms = 0.0;
  double deviation_ms = 0.0;
  double sum_ms = 0.0;  // of the steps, before the correction
  std::size_t steps = 0;
  std::size_t estimated = 0;  // steps
  double estimated_ms = 0.0;  // theirs of sum_ms
};

struct LatencyModel {
  std::string fingerprint;
  std::map<std::string, StepRow> steps;                  // by step_key; at least one
  std::map<std::size_t, LatencyCorrection> corrections;  // by rows: inputs at a time
  bool operator==(const LatencyModel&) const = default;

  StepEstimate step(const CompiledStep& step) const;
  LatencyPrediction predict(std::span<const CompiledStep> steps, std::size_t rows) const;

  // The same for many networks: what step() says of each key is asked once.
  struct Remembered {
    StepEstimate estimate;
    std::size_t number = 0;  // in the order in which they were asked for
  };
  using Memory = std::unordered_map<std::string, Remembered>;
  LatencyPrediction predict(std::span<const CompiledStep> steps, std::size_t rows,
                            Memory& memory) const;
};

// Nothing while the table has no step.
std::optional<LatencyModel> fit_latency_model(const std::string& fingerprint,
                                              const OperatorTable& table);

// Read back to an equal model. model_from_json throws nlohmann's exception on what to_json did not
// write.
nlohmann::json to_json(const LatencyModel& model);
LatencyModel model_from_json(const nlohmann::json& document);

// Of genomes, as the evaluator onednn measures them with these options. Not thread-safe; the
// supernet outlives it.
class LatencyForecast {
 public:
  LatencyForecast(const LoadedSupernet& supernet, std::size_t batch, int threads,
                  LatencyModel model);

  const LatencyModel& model() const { return model_; }
  // Nothing where the network cannot be compiled.
  std::optional<LatencyPrediction> predict(const search::Genome& genome);

 private:
  const LoadedSupernet& supernet_;
  std::size_t batch_;
  LatencyModel model_;
  LatencyModel::Memory memory_;
  StepPlanner planner_;
};

}  // namespace quarry::evaluators
