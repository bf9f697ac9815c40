// Tested by tests/server/operator_table_test.cpp.
#include "server/cli/operator_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <nlohmann/json.hpp>

#include "search/network/cost.hpp"

namespace quarry::server {
namespace {

using nlohmann::ordered_json;

double macs_per_byte(const OperatorRow& row) {
  return row.bytes == 0 ? 0.0 : static_cast<double>(row.macs) / static_cast<double>(row.bytes);
}

double kilobytes(std::size_t bytes) { return static_cast<double>(bytes) / 1000.0; }

// No time at all is no share of anything.
double share(double ms, const OperatorTable& table) {
  return table.whole_ms > 0.0 ? ms / table.whole_ms : 0.0;
}

std::string line(const std::string& name, double ms, const OperatorTable& table,
                 const std::string& rest) {
  return fmt::format("{:<22}{:>9.4f}{:>7.1f}{}\n", name, ms, share(ms, table) * 100, rest);
}

}  // namespace

OperatorTable operator_table(const search::Network& network,
                             std::span<const evaluators::CompiledStep> steps,
                             const evaluators::LatencyProfile& profile, std::size_t batch) {
  assert(steps.size() == profile.step_ms.size());
  OperatorTable table{.whole_ms = profile.whole_ms};
  for (std::size_t i = 0; i < steps.size(); ++i) {
    auto row = std::ranges::find(table.rows, steps[i].operator_name, &OperatorRow::name);
    if (row == table.rows.end()) {
      table.rows.push_back({.name = steps[i].operator_name});
      row = std::prev(table.rows.end());
      const auto op = std::ranges::find(network.operators, row->name, &search::Operator::name);
      if (op != network.operators.end()) {
        row->precision = search::to_text(op->precision);
        row->macs = search::cost_of(*op, network).macs * static_cast<std::int64_t>(batch);
      }
    }
    row->steps.push_back({steps[i], profile.step_ms[i]});
    row->ms += profile.step_ms[i];
    row->bytes += steps[i].bytes;
    row->reorders += steps[i].is_reorder ? 1 : 0;
    table.sum_ms += profile.step_ms[i];
  }
  for (OperatorRow& row : table.rows)
    row.implementation = std::ranges::max_element(row.steps, {}, &StepRow::ms)->step.implementation;
  return table;
}

std::string to_text(const OperatorTable& table, bool with_steps) {
  std::string text =
      fmt::format("{:<22}{:>9}{:>7}  {:<9}{:>10}{:>11}{:>10}  {}\n", "operator", "ms", "%",
                  "precision", "KB moved", "MACs/byte", "reorders", "implementation");
  std::size_t reorders = 0;
  std::size_t bytes = 0;
  for (const OperatorRow& row : table.rows) {
    text +=
        line(row.name, row.ms, table,
             fmt::format("  {:<9}{:>10.1f}{:>11.2f}{:>10}  {}", row.precision, kilobytes(row.bytes),
                         macs_per_byte(row), row.reorders, row.implementation));
    reorders += row.reorders;
    bytes += row.bytes;
    if (!with_steps) continue;
    for (const StepRow& step : row.steps) {
      text += line("  " + step.step.part, step.ms, table,
                   fmt::format("  {:<9}{:>10.1f}{:>11}{:>10}  {}", "", kilobytes(step.step.bytes),
                               "", step.step.is_reorder ? "yes" : "", step.step.implementation));
    }
  }
  text += line("sum of operators", table.sum_ms, table,
               fmt::format("  {:<9}{:>10.1f}{:>11}{:>10}", "", kilobytes(bytes), "", reorders));
  text += line("between operators", table.whole_ms - table.sum_ms, table, "");
  return text + line("whole", table.whole_ms, table, "");
}

ordered_json to_json(const OperatorTable& table) {
  ordered_json rows = ordered_json::array();
  for (const OperatorRow& row : table.rows) {
    ordered_json steps = ordered_json::array();
    for (const StepRow& step : row.steps) {
      steps.push_back({{"step", step.step.part},
                       {"time_ms", step.ms},
                       {"implementation", step.step.implementation},
                       {"bytes", step.step.bytes},
                       {"reorder", step.step.is_reorder}});
    }
    rows.push_back({{"operator", row.name},
                    {"time_ms", row.ms},
                    {"share", share(row.ms, table)},
                    {"precision", row.precision},
                    {"implementation", row.implementation},
                    {"bytes", row.bytes},
                    {"macs", row.macs},
                    {"macs_per_byte", macs_per_byte(row)},
                    {"reorders", row.reorders},
                    {"steps", std::move(steps)}});
  }
  return {{"operators", std::move(rows)},
          {"sum_ms", table.sum_ms},
          {"between_ms", table.whole_ms - table.sum_ms},
          {"whole_ms", table.whole_ms}};
}

}  // namespace quarry::server
