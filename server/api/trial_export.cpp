// Tested by tests/server/trial_api_test.cpp.
#include "server/api/trial_export.hpp"

#include <nlohmann/json.hpp>

#include "evaluators/imports/dynast_config.hpp"
#include "search/core/metric_name.hpp"
#include "search/network/network.hpp"
#include "search/supernets/config.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

std::string shell_quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char letter : text)
    quoted += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
  return quoted + "'";
}

// The study's way to the metric; an empty object where it names none.
json way_to(const TrialForExport& chosen, const std::string& metric) {
  const auto metrics = chosen.spec.find("metrics");
  if (metrics == chosen.spec.end() || !metrics->contains(metric)) return json::object();
  return metrics->at(metric);
}

bool is_measured_by(const json& way, const char* evaluator) {
  return way.value("evaluator", "") == evaluator;
}

// What quarry measure makes of the study's options.
std::string measure_options(const TrialForExport& chosen) {
  std::string text;
  const json latency = way_to(chosen, "latency_ms");
  if (is_measured_by(latency, "onednn")) {
    const auto add = [&](const char* option, const char* flag) {
      if (!latency.contains(option)) return;
      const json& value = latency[option];
      text += std::string(" ") + flag + " " +
              (value.is_string() ? value.get<std::string>() : value.dump());
    };
    add("batch", "--batch");
    add("threads", "--threads");
    add("confidence_width", "--confidence-width");
    add("max_seconds", "--max-seconds");
    add("cache", "--cache");
    add("priority", "--priority");
  }
  const json accuracy = way_to(chosen, "accuracy");
  if (is_measured_by(accuracy, "validation")) {
    if (accuracy.value("images", 0) != 0)
      text += " --images " + std::to_string(accuracy["images"].get<std::int64_t>());
    if (accuracy.value("split", "validation") == "test") text += " --full";
  }
  if (chosen.trial.contains("metrics") && chosen.trial["metrics"].contains("test_accuracy") &&
      text.find("--full") == std::string::npos)
    text += " --full";
  return text;
}

// Why the command does not bring this metric again; empty where it does.
std::string why_not_again(const TrialForExport& chosen, const std::string& metric,
                          const std::string& source) {
  if (source == "exact") return "";
  if (source == "predicted") return "a stored predictor said it";
  if (source == "imported") return "it was imported";
  if (source == "reported") return "the user's own program measured it";
  if (const std::string_view place = search::place_of(metric); !place.empty())
    return "it was measured at " + std::string(place);
  const json way = way_to(chosen, metric);
  if (metric == "test_accuracy") return "";
  if (is_measured_by(way, "onednn") || is_measured_by(way, "validation")) return "";
  return "quarry measure does not know the evaluator " + way.value("evaluator", "of it");
}

// Those that there are of this one: DyNAS-T does not have every supernet.
std::vector<std::string> export_formats(const TrialForExport& chosen) {
  std::vector<std::string> formats = {"quarry", "policy", "card"};
  if (evaluators::dynast_config(chosen.supernet.supernet(), chosen.genome))
    formats.insert(formats.begin() + 1, "dynast");
  return formats;
}

// A line for a shell that measures the network again as the study did.
std::string reproduction_command(const TrialForExport& chosen) {
  const std::string config =
      search::config_to_json(chosen.supernet.supernet().space, chosen.genome).dump();
  const std::string name = chosen.supernet.supernet().name;
  // Another machine has the built-in supernets; a user's own it gets from the server.
  const std::string fetched = "curl -s \"$QUARRY_URL/v1/supernets/" + name + ":manifest\" -o " +
                              shell_quoted(name + ".json") + " && ";
  return (chosen.is_builtin ? "" : fetched) + "echo " + shell_quoted(config) +
         " | quarry measure " + (chosen.is_builtin ? name : shell_quoted("./" + name + ".json")) +
         " --config -" + measure_options(chosen);
}

}  // namespace

ordered_json policy_document(const TrialForExport& chosen) {
  const search::Network network = chosen.supernet.supernet().network(chosen.genome);
  ordered_json operators = ordered_json::array();
  for (const search::Operator& op : network.operators) {
    if (!search::is_quantizable(op)) continue;
    ordered_json view = {{"operator", op.name}, {"precision", search::to_text(op.precision)}};
    const auto slices = search::weight_slices(op.kind);
    if (!slices.empty()) view["tensor"] = slices.front()->tensor;
    if (search::is_integer(op.precision)) {
      const char* calibration = op.calibration == search::CalibrationMethod::kMinMax ? "minmax"
                                : op.calibration == search::CalibrationMethod::kKl   ? "kl"
                                                                                     : "percentile";
      view["weights"] = {{"bits", op.precision == search::Precision::kInt8Weights4 ? 4 : 8},
                         {"scheme", op.weight_scheme.symmetric ? "symmetric" : "asymmetric"},
                         {"granularity", op.weight_scheme.per_channel ? "channel" : "tensor"}};
      view["activations"] = {{"bits", 8}, {"calibration", calibration}};
    }
    operators.push_back(std::move(view));
  }
  return {{"supernet", chosen.supernet.supernet().name},
          {"supernet_version", chosen.supernet.version()},
          {"config", search::config_to_json(chosen.supernet.supernet().space, chosen.genome)},
          {"operators", std::move(operators)}};
}

ordered_json card_document(const TrialForExport& chosen) {
  ordered_json metrics = ordered_json::object();
  ordered_json not_again = ordered_json::object();
  for (const auto& [metric, measurement] : chosen.trial.at("metrics").items()) {
    ordered_json view = measurement;
    const std::string fingerprint = measurement.value("fingerprint", "");
    if (const auto machine = chosen.machines.find(fingerprint); machine != chosen.machines.end())
      view["machine"] = machine->second;
    const json way = way_to(chosen, metric);
    if (!way.empty()) view["measured_with"] = way;
    metrics[metric] = std::move(view);
    const std::string why = why_not_again(chosen, metric, measurement.value("source", ""));
    if (!why.empty()) not_again[metric] = why;
  }
  ordered_json card = {{"quarry_card", 1},
                       {"study", {{"id", chosen.study}, {"name", chosen.study_name}}},
                       {"trial", chosen.number},
                       {"state", chosen.trial.at("state")},
                       {"on_front", chosen.trial.at("on_front")},
                       {"supernet", chosen.supernet.supernet().name},
                       {"supernet_version", chosen.supernet.version()},
                       {"config", chosen.trial.at("config")},
                       {"genome", chosen.genome},
                       {"policy", chosen.trial.at("policy")},
                       {"objectives", chosen.spec.at("objectives")},
                       {"metrics", std::move(metrics)},
                       {"origin", chosen.trial.at("origin")},
                       {"notes", chosen.trial.at("notes")},
                       {"formats", export_formats(chosen)},
                       {"reproduce", reproduction_command(chosen)}};
  if (!not_again.empty()) card["not_reproduced"] = std::move(not_again);
  return card;
}

}  // namespace quarry::server
