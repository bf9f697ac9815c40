// quarry operators, and the prediction that quarry measure shows beside what it measured.
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>

#include "evaluators/latency_model.hpp"
#include "evaluators/supernet_library.hpp"
#include "search/core/rng.hpp"
#include "search/supernets/json_fields.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/operators.hpp"

namespace quarry::server {
namespace {

using evaluators::LatencyModel;
using evaluators::StepRow;
using nlohmann::json;

// The steps of the baselines and of a few random networks; those that cannot be compiled have none.
std::set<std::string> steps_of(const evaluators::LoadedSupernet& loaded) {
  constexpr int kRandom = 64;
  const search::Supernet& supernet = loaded.supernet();
  std::vector<search::Genome> genomes;
  for (const search::Baseline& baseline : supernet.baselines) genomes.push_back(baseline.genome);
  search::Rng rng(1);
  for (int i = 0; i < kRandom; ++i) genomes.push_back(supernet.space.random(rng));
  evaluators::StepPlanner planner(1);
  std::set<std::string> keys;
  for (const search::Genome& genome : genomes) {
    for (const search::Phase& phase : supernet.phases(genome)) {
      const auto batch = static_cast<std::size_t>(supernet.latency_batch) * phase.rows;
      for (const evaluators::CompiledStep& step : planner.plan(phase.network, batch).steps)
        keys.insert(evaluators::step_key(step.kind, step.shape));
    }
  }
  return keys;
}

void print_rows(const LatencyModel& model, const std::string& machine,
                const std::set<std::string>* only) {
  std::vector<const StepRow*> rows;
  for (const auto& [key, row] : model.steps) {
    if (only == nullptr || only->contains(key)) rows.push_back(&row);
  }
  fmt::print("{} ({})\n", machine.empty() ? "a machine" : machine, model.fingerprint);
  fmt::print("{:>10}{:>9}{:>10}{:>12}{:>12}  {}\n", "ms", "+-", "networks", "GMAC/s", "KB moved",
             "step");
  for (const StepRow* row : rows) {
    const double rate = row->ms > 0.0 ? static_cast<double>(row->macs) / row->ms * 1e-6 : 0.0;
    fmt::print("{:>10.4f}{:>9.4f}{:>10}{:>12}{:>12.1f}  {} {}\n", row->ms, row->deviation_ms,
               row->networks, row->macs > 0 ? fmt::format("{:.1f}", rate) : "",
               static_cast<double>(row->bytes) / 1000.0, row->kind, row->shape);
  }
  if (only != nullptr)
    fmt::print("{} of {} steps of the supernet's networks were timed\n", rows.size(), only->size());
  for (const auto& [count, correction] : model.corrections) {
    fmt::print(
        "whole networks of {} inputs: {:.4f} times the sum, {:+.2f} us a step, {:+.2f} us a "
        "reorder; "
        "off by {:.1f} % ({} networks)\n",
        count, correction.per_ms, correction.per_step * 1e3, correction.per_reorder * 1e3,
        correction.deviation * 100, correction.networks);
  }
  fmt::print("\n");
}

}  // namespace

int list_operators(const HttpClient& client, const OperatorsOptions& options) {
  int code = kDone;
  const auto items = fetch_items(client, "/v1/operators", "", 0, code);
  if (!items) return code;
  if (options.as_json) {
    std::cout << json{{"items", *items}}.dump(2) << "\n";
    return kDone;
  }
  std::optional<std::set<std::string>> only;
  if (!options.supernet.empty()) {
    const auto supernets = evaluators::SupernetLibrary::builtin();
    const evaluators::LoadedSupernet* supernet = supernets.find(options.supernet);
    if (supernet == nullptr) {
      std::cerr << "quarry operators: unknown supernet \"" << options.supernet << "\""
                << search::did_you_mean(options.supernet, supernets.names()) << "\n";
      return kNotThere;
    }
    only = steps_of(*supernet);
  }
  if (items->empty()) fmt::print("no operator was timed yet: a study that measures latency does\n");
  for (const json& item : *items)
    print_rows(evaluators::model_from_json(item), item.at("machine").get<std::string>(),
               only ? &*only : nullptr);
  return 0;
}

std::optional<LatencyModel> fetch_latency_model(const HttpClient& client,
                                                const std::string& fingerprint) {
  int code = kDone;
  const auto items =
      fetch_items(client, "/v1/operators", query_part("fingerprint", fingerprint), 0, code);
  if (!items) return std::nullopt;
  for (const json& item : *items) return evaluators::model_from_json(item);
  std::cerr << "the server has timed no operator on this machine with so many threads\n";
  return std::nullopt;
}

}  // namespace quarry::server
