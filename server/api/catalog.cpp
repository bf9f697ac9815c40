// /v1/catalog: every registry's own description of itself; /v1/algorithms and /v1/evaluators, the
// same one by one; and /version.
#include <array>
#include <nlohmann/json.hpp>

#include "evaluators/evaluator.hpp"
#include "predictors/predictor.hpp"
#include "search/algorithms/registry.hpp"
#include "search/blocks/block.hpp"
#include "search/supernets/option_spec_json.hpp"
#include "server/api/api.hpp"
#include "server/api/list_page.hpp"
#include "server/api/views.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

json entry_view(const std::string& name, const std::string& summary,
                std::span<const OptionSpec> options) {
  return {{"name", name}, {"summary", summary}, {"options", search::option_specs_to_json(options)}};
}

json algorithm_view(const search::AlgorithmEntry& entry) {
  json view = entry_view(entry.name, entry.summary, entry.options);
  view["choose"] = entry.choose;
  view["paper"] = entry.paper;
  view["max_objectives"] = entry.max_objectives;
  return view;
}

json evaluator_view(const evaluators::EvaluatorEntry& entry) {
  constexpr std::array kBeside = {"immediate", "shared", "exclusive"};
  json view = entry_view(entry.name, entry.summary, entry.options);
  view["metrics"] = entry.metrics;
  view["concurrency"] = kBeside.at(static_cast<std::size_t>(entry.concurrency));
  return view;
}

template <typename Entries>
std::vector<json> views_of(const Entries& entries,
                           json (*view)(const typename Entries::value_type&)) {
  std::vector<json> views;
  for (const auto& entry : entries) views.push_back(view(entry));
  return views;
}

// The one that the path names, or 404 with what it may have meant.
Response find_view(const Request& request, const std::string& noun,
                   const std::vector<json>& views) {
  const std::string& name = request.parameters.find("name")->second;
  std::vector<std::string> names;
  for (const json& view : views) {
    if (view.at("name") == name) return json_response(view);
    names.push_back(view.at("name"));
  }
  return problem(404, "there is no " + noun + " " + name + search::did_you_mean(name, names));
}

std::vector<json> algorithm_views() {
  return views_of(search::algorithm_registry(), &algorithm_view);
}
std::vector<json> evaluator_views() {
  return views_of(evaluators::evaluator_registry(), &evaluator_view);
}

}  // namespace

Response list_algorithms(const ApiContext&, const Request& request) {
  static const Listing kListing = {
      .fields = {{.name = "name"},
                 {.name = "summary"},
                 {.name = "max_objectives", .kind = FieldKind::kNumber}},
      .properties = {"name", "summary", "options", "choose", "paper", "max_objectives"},
      .order = {{"name"}}};
  return answer_list(request, kListing, algorithm_views());
}

Response get_algorithm(const ApiContext&, const Request& request) {
  return find_view(request, "algorithm", algorithm_views());
}

Response list_evaluators(const ApiContext&, const Request& request) {
  static const Listing kListing = {
      .fields = {{.name = "name"},
                 {.name = "summary"},
                 {.name = "metrics", .kind = FieldKind::kTexts},
                 {.name = "concurrency", .allowed = {"immediate", "shared", "exclusive"}}},
      .properties = {"name", "summary", "options", "metrics", "concurrency"},
      .order = {{"name"}},
      .shorthands = {{"metric", "metrics", Comparison::kHas}}};
  return answer_list(request, kListing, evaluator_views());
}

Response get_evaluator(const ApiContext&, const Request& request) {
  return find_view(request, "evaluator", evaluator_views());
}

Response get_catalog(const ApiContext&, const Request&) {
  json catalog = {{"algorithms", algorithm_views()},
                  {"predictors", json::array()},
                  {"evaluators", evaluator_views()},
                  {"blocks", json::array()},
                  {"metrics", json::array()}};
  for (const predictors::PredictorEntry& entry : predictors::predictor_registry())
    catalog["predictors"].push_back(entry_view(entry.name, entry.summary, entry.options));
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
