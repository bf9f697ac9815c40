// Where the time of a network goes, operator by operator; with the time between operators it adds
// up to the measured whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "evaluators/latency.hpp"
#include "evaluators/onednn/compiled_network.hpp"
#include "search/network/network.hpp"

namespace quarry::server {

struct StepRow {
  evaluators::CompiledStep step;
  double ms = 0.0;
};

struct OperatorRow {
  std::string name;
  double ms = 0.0;
  std::string precision;
  std::string implementation;  // of the step that takes longest
  std::size_t bytes = 0;       // read and written by its steps
  std::int64_t macs = 0;       // of the whole batch
  std::size_t reorders = 0;    // steps that only move or convert
  std::vector<StepRow> steps;  // at least one: an operator that was fused into another has no row
};

struct OperatorTable {
  std::vector<OperatorRow> rows;  // in order of execution
  double sum_ms = 0.0;            // of the rows
  double whole_ms = 0.0;          // sum_ms and the time between operators
};

OperatorTable operator_table(const search::Network& network,
                             std::span<const evaluators::CompiledStep> steps,
                             const evaluators::LatencyProfile& profile, std::size_t batch);

// with_steps: the steps of each operator below it.
std::string to_text(const OperatorTable& table, bool with_steps);
nlohmann::ordered_json to_json(const OperatorTable& table);

}  // namespace quarry::server
