// /v1/studies: create, list, look at, stop.
#include <nlohmann/json.hpp>

#include "search/supernets/json_fields.hpp"
#include "server/api/api.hpp"
#include "server/api/views.hpp"

namespace quarry::server {

using nlohmann::json;

Response create_study(const ApiContext& context, const Request& request) {
  search::FieldErrors errors;
  const std::optional<json> document = search::parse_json(request.body, errors);
  if (!document) return field_problem("the study could not be read", errors);
  const std::optional<StudySpec> spec = parse_study_spec(
      *document, context.supernets, errors, fronts_of(context.store), context.resources);
  if (!spec)
    return field_problem("the study has " + std::to_string(errors.size()) +
                             (errors.size() == 1 ? " mistake" : " mistakes"),
                         errors);
  if (names_latency_model(*spec) &&
      (context.operators == nullptr || !context.operators->store.model(spec->latency_model))) {
    errors.push_back({"/latency_model", "no study of this server began with the model \"" +
                                            spec->latency_model +
                                            "\"; leave it out, or give \"none\""});
    return field_problem("the study has 1 mistake", errors);
  }
  const StudyRecord record = context.studies.create(*spec);
  Response response = json_response(study_view(record), 201);
  response.headers.emplace_back("Location", "/v1/studies/" + record.id);
  return response;
}

Response list_studies(const ApiContext& context, const Request&) {
  json items = json::array();
  for (const StudyRecord& record : context.store.studies()) items.push_back(study_view(record));
  return json_response({{"items", std::move(items)}});
}

Response get_study(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto record = find_study(context.store, request, refusal);
  return record ? json_response(study_view(*record)) : refusal;
}

Response stop_study(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto record = find_study(context.store, request, refusal);
  if (!record) return refusal;
  const bool ended = record->state == "completed" || record->state == "failed";
  if (ended || context.studies.stop(record->id) == StudyManager::StopResult::kNotRunning) {
    return problem(409, "study " + record->id + " is " + record->state +
                            ": only a running study can be stopped");
  }
  return json_response(study_view(*record), 202);
}

}  // namespace quarry::server
