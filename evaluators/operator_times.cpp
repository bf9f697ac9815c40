// Tested by tests/evaluators/operator_times_test.cpp.
#include "evaluators/operator_times.hpp"

#include <algorithm>
#include <cassert>

#include "predictors/statistics.hpp"

namespace quarry::evaluators {
namespace {

constexpr std::int64_t kSettled = 8;  // networks

struct Timed {
  const CompiledStep* step = nullptr;
  int times = 0;           // in the network
  std::vector<double> ms;  // of every time in every run
};

std::map<std::string, Timed> gather(std::span<const CompiledStep> steps,
                                    std::span<const std::vector<double>> runs_ms) {
  std::map<std::string, Timed> gathered;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    Timed& timed = gathered[step_key(steps[i].kind, steps[i].shape)];
    timed.step = &steps[i];
    ++timed.times;
    for (const std::vector<double>& run : runs_ms) timed.ms.push_back(run[i]);
  }
  return gathered;
}

}  // namespace

std::string step_key(const std::string& kind, const std::string& shape) {
  return kind + " " + shape;
}

double StepTime::median_ms() const { return predictors::median(recent_ms); }

bool OperatorTimes::is_settled(const std::string& fingerprint,
                               std::span<const CompiledStep> steps) const {
  const std::scoped_lock lock(mutex_);
  const auto table = tables_.find(fingerprint);
  return table != tables_.end() && std::ranges::all_of(steps, [&](const CompiledStep& step) {
           const auto row = table->second.steps.find(step_key(step.kind, step.shape));
           return row != table->second.steps.end() && row->second.networks >= kSettled;
         });
}

void OperatorTimes::record(const std::string& fingerprint, std::size_t rows,
                           std::span<const CompiledStep> steps,
                           std::span<const std::vector<double>> runs_ms,
                           std::optional<double> whole_ms) {
  if (runs_ms.empty()) return;
  assert(std::ranges::all_of(runs_ms, [&](const auto& run) { return run.size() == steps.size(); }));
  Change change{.fingerprint = fingerprint};
  NetworkTime network{.rows = rows, .ms = whole_ms.value_or(0.0)};
  {
    const std::scoped_lock lock(mutex_);
    OperatorTable& table = tables_[fingerprint];
    for (auto& [key, timed] : gather(steps, runs_ms)) {
      StepTime& row = table.steps[key];
      row.kind = timed.step->kind;
      row.shape = timed.step->shape;
      row.macs = timed.step->macs;
      row.bytes = timed.step->bytes;
      row.is_reorder = timed.step->is_reorder;
      ++row.networks;
      row.recent_ms.push_back(predictors::median(std::move(timed.ms)));
      if (row.recent_ms.size() > StepTime::kRecent) row.recent_ms.erase(row.recent_ms.begin());
      change.steps.push_back(row);
      network.steps.emplace_back(key, timed.times);
    }
    if (whole_ms) {
      table.networks.push_back(network);
      change.network = std::move(network);
    }
    if (table.networks.size() > OperatorTable::kNetworks)
      table.networks.erase(table.networks.begin());
  }
  if (keep_) keep_(change);
}

OperatorTable OperatorTimes::table(const std::string& fingerprint) const {
  const std::scoped_lock lock(mutex_);
  const auto found = tables_.find(fingerprint);
  return found == tables_.end() ? OperatorTable{} : found->second;
}

std::vector<std::string> OperatorTimes::fingerprints() const {
  const std::scoped_lock lock(mutex_);
  std::vector<std::string> ids;
  for (const auto& [id, table] : tables_) ids.push_back(id);
  return ids;
}

}  // namespace quarry::evaluators
