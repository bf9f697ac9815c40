// A study's table, filled trial by trial: what tests of charts start from.
#pragma once

#include <string>
#include <vector>

#include "server/studies/study_table.hpp"

namespace quarry::test {

struct TableRow {
  server::TrialState state = server::TrialState::kSucceeded;
  double accuracy = server::kNoValue;
  double latency_ms = server::kNoValue;
  double predicted_accuracy = server::kNoValue;
  std::int64_t created_ms = 0;
  std::int64_t finished_ms = 0;
  double elapsed_s = 0.0;
  double hypervolume = server::kNoValue;
  std::string reason;
};

inline server::StudyTable table_of(const std::vector<TableRow>& rows) {
  server::StudyTable table;
  for (const TableRow& row : rows) {
    const auto trial = static_cast<std::uint32_t>(table.size());
    table.state.push_back(row.state);
    table.on_front.push_back(0);
    table.created_ms.push_back(row.created_ms);
    table.finished_ms.push_back(row.finished_ms);
    table.reason.push_back(0);
    if (!row.reason.empty()) {
      table.reason.back() = static_cast<std::uint32_t>(table.reasons.size());
      table.reasons.push_back(row.reason);
    }
    for (const auto& [name, value] :
         {std::pair("accuracy", row.accuracy), std::pair("latency_ms", row.latency_ms)}) {
      server::MetricColumn& column = table.metrics[name];
      column.value.push_back(value);
      column.spread.push_back(0.0F);
      column.source.push_back(search::Source::kMeasured);
    }
    table.predicted["accuracy"].push_back(row.predicted_accuracy);
    if (row.state != server::TrialState::kQueued)
      table.finished.push_back({trial, row.elapsed_s, row.hypervolume});
  }
  return table;
}

}  // namespace quarry::test
