// Tested by tests/server/conductor_test.cpp.
#include "server/studies/trial_log.hpp"

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "search/supernets/config.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

constexpr std::array<const char*, 6> kStates = {"queued", "succeeded", "infeasible",
                                                "failed", "expired",   "cancelled"};

}  // namespace

std::string to_text(TrialState state) { return kStates[static_cast<std::size_t>(state)]; }

TrialState trial_state(const std::string& text) {
  if (text == "running") return TrialState::kQueued;  // in logs of the first version
  for (std::size_t i = 0; i < kStates.size(); ++i) {
    if (text == kStates[i]) return static_cast<TrialState>(i);
  }
  throw std::runtime_error("the log holds a trial state \"" + text +
                           "\" that this version does not know");
}

json measurement_to_json(const search::Measurement& measurement) {
  json view = {{"value", measurement.value},
               {"spread", measurement.spread},
               {"samples", measurement.samples},
               {"source", search::to_text(measurement.source)}};
  if (!measurement.fingerprint.empty()) view["fingerprint"] = measurement.fingerprint;
  if (!measurement.detail.empty()) view["detail"] = measurement.detail;
  if (!measurement.sample_values.empty()) view["sample_values"] = measurement.sample_values;
  return view;
}

search::Measurement measurement_from_json(const json& view) {
  search::Measurement measurement{.value = view.at("value").get<double>(),
                                  .spread = view.at("spread").get<double>(),
                                  .samples = view.at("samples").get<std::int64_t>(),
                                  .fingerprint = view.value("fingerprint", "")};
  if (view.contains("detail")) view.at("detail").get_to(measurement.detail);
  if (view.contains("sample_values")) view.at("sample_values").get_to(measurement.sample_values);
  const std::string source = view.at("source").get<std::string>();
  for (const search::Source candidate :
       {search::Source::kExact, search::Source::kMeasured, search::Source::kPredicted,
        search::Source::kImported, search::Source::kReported}) {
    if (search::to_text(candidate) == source) measurement.source = candidate;
  }
  return measurement;
}

json metrics_to_json(const std::map<std::string, search::Measurement>& metrics) {
  json view = json::object();
  for (const auto& [name, measurement] : metrics) view[name] = measurement_to_json(measurement);
  return view;
}

std::map<std::string, search::Measurement> metrics_from_json(const json& view) {
  std::map<std::string, search::Measurement> metrics;
  for (const auto& [name, measurement] : view.items())
    metrics[name] = measurement_from_json(measurement);
  return metrics;
}

std::string trial_shape(const search::Genome& genome, const search::Supernet& supernet) {
  nlohmann::ordered_json policy = nlohmann::ordered_json::object();
  for (const auto& [name, precision] : search::policy_of(supernet.network(genome)))
    policy[name] = search::to_text(precision);
  return "\"config\":" + search::config_to_json(supernet.space, genome).dump() +
         ",\"policy\":" + policy.dump();
}

std::string trial_to_text(const StudyTrial& trial, const std::string& shape,
                          const std::vector<search::Objective>& objectives,
                          const std::string& more) {
  json origin = {{"how", trial.origin.how}};
  if (!trial.origin.parents.empty())
    origin["parents"] =
        std::vector<std::size_t>(trial.origin.parents.begin(), trial.origin.parents.end());
  if (!trial.origin.predicted.empty()) {
    json predicted = json::object();
    for (std::size_t k = 0; k < objectives.size(); ++k) {
      if (std::isfinite(trial.origin.predicted[k]))
        predicted[objectives[k].metric] =
            search::to_minimised(objectives[k].goal, trial.origin.predicted[k]);
    }
    origin["predicted"] = std::move(predicted);
  }
  if (!trial.baseline.empty()) origin["baseline"] = trial.baseline;
  if (!trial.seed.pointer.empty()) origin["seed"] = trial.seed.pointer;
  if (!trial.seed.study.empty()) origin["study"] = trial.seed.study;
  std::string text = "{\"number\":" + std::to_string(trial.number) + ",\"state\":\"" +
                     to_text(trial.state) + "\",\"genome\":" + json(trial.genome).dump() + "," +
                     shape + ",\"metrics\":" + metrics_to_json(trial.metrics).dump() +
                     ",\"origin\":" + origin.dump();
  if (!trial.reason.empty())
    text +=
        ",\"reason\":" + json(trial.reason).dump(-1, ' ', false, json::error_handler_t::replace);
  if (!more.empty()) text += "," + more;
  return text + "}";
}

}  // namespace quarry::server
