// /v1/catalog: every registry's own description of itself, and /version.
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "evaluators/evaluator.hpp"
#include "predictors/predictor.hpp"
#include "search/algorithms/registry.hpp"
#include "search/blocks/block.hpp"
#include "server/api/api.hpp"
#include "server/api/views.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

json option_view(const OptionSpec& spec) {
  constexpr std::array kTypes = {"flag", "integer", "number", "text"};
  json view = {{"name", spec.name},
               {"type", kTypes[static_cast<std::size_t>(spec.type)]},
               {"help", spec.help}};
  std::visit([&](const auto& value) { view["default"] = value; }, spec.fallback);
  if (std::isfinite(spec.min)) view["min"] = spec.min;
  if (std::isfinite(spec.max)) view["max"] = spec.max;
  if (!spec.allowed.empty()) view["allowed"] = spec.allowed;
  return view;
}

json entry_view(const std::string& name, const std::string& summary,
                std::span<const OptionSpec> options) {
  json views = json::array();
  for (const OptionSpec& spec : options) views.push_back(option_view(spec));
  return {{"name", name}, {"summary", summary}, {"options", std::move(views)}};
}

}  // namespace

Response get_catalog(const ApiContext&, const Request&) {
  json catalog = {{"algorithms", json::array()},
                  {"predictors", json::array()},
                  {"evaluators", json::array()},
                  {"blocks", json::array()},
                  {"metrics", json::array()}};
  for (const search::AlgorithmEntry& entry : search::algorithm_registry()) {
    json view = entry_view(entry.name, entry.summary, entry.options);
    view["choose"] = entry.choose;
    view["paper"] = entry.paper;
    view["max_objectives"] = entry.max_objectives;
    catalog["algorithms"].push_back(std::move(view));
  }
  for (const predictors::PredictorEntry& entry : predictors::predictor_registry())
    catalog["predictors"].push_back(entry_view(entry.name, entry.summary, entry.options));
  for (const evaluators::EvaluatorEntry& entry : evaluators::evaluator_registry()) {
    json view = entry_view(entry.name, entry.summary, entry.options);
    view["metrics"] = entry.metrics;
    catalog["evaluators"].push_back(std::move(view));
  }
  for (const search::BlockKind& kind : search::block_registry())
    catalog["blocks"].push_back(entry_view(kind.name, kind.summary, kind.parameters));
  for (const search::Metric& metric : search::known_metrics()) {
    catalog["metrics"].push_back(
        {{"name", metric.name},
         {"summary", metric.summary},
         {"goal", metric.better == search::Goal::kMaximize ? "maximize" : "minimize"}});
  }
  return json_response(catalog);
}

Response get_version(const ApiContext&, const Request&) {
  return json_response({{"name", "quarry"}, {"version", QUARRY_VERSION}});
}

}  // namespace quarry::server
