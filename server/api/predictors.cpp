// /v1/predictors: what is stored, taken in and out, and taken away.
#include <nlohmann/json.hpp>

#include "evaluators/stored_predictor.hpp"
#include "search/supernets/json_fields.hpp"
#include "server/api/api.hpp"
#include "server/api/views.hpp"
#include "server/predictors/training_request.hpp"

namespace quarry::server {
namespace {

using evaluators::StoredPredictor;
using nlohmann::json;

Response created(const StoredPredictor& predictor, unsigned status) {
  Response response = json_response(predictor_view(predictor), status);
  response.headers.emplace_back("Location", "/v1/predictors/" + predictor.id);
  return response;
}

Response import_document(const ApiContext& context, const std::string& body,
                         const std::optional<std::string>& name) {
  search::FieldErrors errors;
  const std::optional<json> document = search::parse_json(body, errors);
  std::optional<StoredPredictor> predictor;
  if (document) predictor = evaluators::stored_predictor_from_json(*document, errors);
  if (predictor && !is_predictor_name(predictor->name))
    errors.push_back({"/name", kPredictorNameRule});
  if (!predictor || !errors.empty())
    return field_problem("this is not a predictor that can be imported", errors);
  std::string holder;
  const auto [result, there] = context.predictors.import(std::move(*predictor), name, holder);
  switch (result) {
    case PredictorRegistry::ImportResult::kAdded:
      return created(*there, 201);
    case PredictorRegistry::ImportResult::kThere:
      return created(*there, 200);
    case PredictorRegistry::ImportResult::kTaken:
      break;
  }
  return problem(409, "predictor " + holder +
                          " is another one with this id or version: import it under another name, "
                          "with ?name=NAME");
}

}  // namespace

json predictor_view(const StoredPredictor& predictor) {
  json view = evaluators::to_json(predictor);
  view.erase("quarry_predictor");
  view.erase("state");
  return view;
}

PredictorRegistry::Shared find_predictor(const ApiContext& context, const Request& request,
                                         Response& refusal) {
  const std::string& reference = request.parameters.find("id")->second;
  PredictorRegistry::Shared found = context.predictors.find(reference);
  if (!found) refusal = problem(404, "there is no predictor " + reference);
  return found;
}

Response list_predictors(const ApiContext& context, const Request& request) {
  Response refusal;
  constexpr std::string_view kFilters[] = {"supernet", "metric", "name"};
  const auto page = read_page(request, refusal, kFilters);
  if (!page) return refusal;
  const auto filter = [&](const char* name) {
    const auto given = request.query.find(name);
    return given == request.query.end() ? std::string() : given->second;
  };
  PredictorQuery query{.supernet = filter("supernet"),
                       .metric = filter("metric"),
                       .name = filter("name"),
                       .before = {},
                       .limit = page->size + 1};
  if (page->after >= 0) query.before = page->after;
  std::vector<PredictorRecord> records = context.predictors.list(query);
  json token = nullptr;
  if (records.size() > page->size) {
    records.resize(page->size);
    token = std::to_string(records.back().number);
  }
  json items = json::array();
  for (const PredictorRecord& record : records) items.push_back(predictor_item(record));
  return json_response({{"items", std::move(items)}, {"next_page_token", std::move(token)}});
}

Response get_predictor(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto predictor = find_predictor(context, request, refusal);
  return predictor ? json_response(predictor_view(*predictor)) : refusal;
}

Response export_predictor(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto predictor = find_predictor(context, request, refusal);
  if (!predictor) return refusal;
  Response response = json_response(evaluators::to_json(*predictor));
  response.headers.emplace_back("Content-Disposition",
                                "attachment; filename=\"" + predictor->name + "-" +
                                    std::to_string(predictor->version) + ".json\"");
  return response;
}

Response import_predictor(const ApiContext& context, const Request& request) {
  std::optional<std::string> name;
  for (const auto& [key, value] : request.query) {
    if (key != "name")
      return problem(400, "unknown query parameter \"" + key + "\"; known is name");
    if (!is_predictor_name(value))
      return problem(400, std::string("name ") + kPredictorNameRule + ", got \"" + value + "\"");
    name = value;
  }
  return import_document(context, request.body, name);
}

Response delete_predictor(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto predictor = find_predictor(context, request, refusal);
  if (!predictor) return refusal;
  if (const auto study = context.predictors.remove(*predictor)) {
    return problem(409, "study " + *study + " asks predictor " + predictor->reference() + " (" +
                            predictor->id +
                            ") and has not ended: wait for it, or stop it, and then delete this");
  }
  return json_response(predictor_item(*predictor));
}

}  // namespace quarry::server
