// /v1/predictors: what is stored, taken in and out, and taken away.
#include <nlohmann/json.hpp>

#include "evaluators/stored_predictor.hpp"
#include "search/supernets/json_fields.hpp"
#include "server/api/api.hpp"
#include "server/api/list_page.hpp"
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

ListValue predictor_field(const PredictorRecord& record, const std::string& field) {
  if (field == "id") return record.id;
  if (field == "name") return record.name;
  if (field == "version") return static_cast<double>(record.version);
  if (field == "supernet") return record.supernet;
  if (field == "metric") return record.metric;
  if (field == "created_at") return record.created_at;
  return static_cast<double>(record.number);
}

constexpr std::size_t kAll = 1'000'000;

std::vector<PredictorRecord> all_predictors(const ApiContext& context) {
  return context.predictors.list(
      {.supernet = {}, .metric = {}, .name = {}, .before = {}, .limit = kAll});
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
  if (found) return found;
  std::vector<std::string> names;
  for (const PredictorRecord& record : all_predictors(context)) names.push_back(record.name);
  refusal =
      problem(404, "there is no predictor " + reference + search::did_you_mean(reference, names));
  return found;
}

Response list_predictors(const ApiContext& context, const Request& request) {
  static const Listing kListing = {
      .fields = {{.name = "id"},
                 {.name = "name"},
                 {.name = "version", .kind = FieldKind::kNumber},
                 {.name = "supernet"},
                 {.name = "metric"},
                 {.name = "created_at"},
                 {.name = "stored", .kind = FieldKind::kNumber, .is_hidden = true}},
      .properties = {"id", "name", "version", "supernet", "supernet_version", "metric",
                     "created_at", "model", "rows", "fingerprint", "quality"},
      .order = {{"stored", true}},
      .shorthands = {{"supernet", "supernet"}, {"metric", "metric"}, {"name", "name"}}};
  Response refusal;
  const auto asked = read_list(request, kListing, refusal);
  if (!asked) return refusal;
  const auto records = context.predictors.list(
      {.supernet = {}, .metric = {}, .name = {}, .before = {}, .limit = kAll});
  const ListPage page =
      select_page(*asked, records.size(), [&](std::size_t item, const std::string& field) {
        return predictor_field(records[item], field);
      });
  json items = json::array();
  for (const std::size_t item : page.items)
    items.push_back(with_fields(asked->fields, predictor_item(records[item])));
  return page_response(std::move(items), page.next_page_token);
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
  if (const auto given = request.query.find("name"); given != request.query.end()) {
    if (!is_predictor_name(given->second))
      return problem(400,
                     std::string("name ") + kPredictorNameRule + ", got \"" + given->second + "\"");
    name = given->second;
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
