// POST /v1/studies/{id}:pause and its like. What each does, and in which state, is in
// server/studies/study_state.cpp and study_manager.hpp.
#include <nlohmann/json.hpp>

#include "search/supernets/config.hpp"
#include "search/supernets/json_fields.hpp"
#include "server/api/study_document.hpp"
#include "server/api/views.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;
using search::Presence;

const std::string& id_of(const Request& request) { return request.parameters.find("id")->second; }

// An empty body is an empty object.
std::optional<json> read_body(const Request& request, search::FieldErrors& errors) {
  return search::parse_json(request.body.empty() ? "{}" : request.body, errors);
}

// The network that {"config": ...} or {"genome": ...} names, if the study may measure it.
std::optional<search::Genome> read_network(const json& document, const StudySpec& spec,
                                           const search::SearchSpace& space,
                                           search::FieldErrors& errors) {
  search::ObjectReader reader(document, "", errors);
  const json* config = reader.object("config", Presence::kOptional);
  const json* given = reader.array("genome", Presence::kOptional);
  reader.finish();
  if (errors.empty() && (config == nullptr) == (given == nullptr))
    errors.push_back({"", "needs either config or genome"});
  if (!errors.empty()) return std::nullopt;
  auto genome = config != nullptr ? search::config_from_json(space, *config, "/config", errors)
                                  : search::genome_from_json(space, *given, "/genome", errors);
  if (genome && !study_subspace(space, spec).reduce(*genome)) {
    errors.push_back({config != nullptr ? "/config" : "/genome",
                      "has a choice that this study does not search: see its precisions, "
                      "weight_schemes and fixed"});
    return std::nullopt;
  }
  return genome;
}

}  // namespace

Response pause_study(const ApiContext& context, const Request& request) {
  return answer_of(context.studies.pause(id_of(request)), request, "pause");
}

Response resume_study(const ApiContext& context, const Request& request) {
  return answer_of(context.studies.resume(id_of(request)), request, "resume");
}

Response stop_study(const ApiContext& context, const Request& request) {
  return answer_of(context.studies.stop(id_of(request)), request, "stop");
}

Response cancel_study(const ApiContext& context, const Request& request) {
  return answer_of(context.studies.cancel(id_of(request)), request, "cancel");
}

// The body is a merge patch (RFC 7396) to the study's document: {"seed": 7, "name": "again"}.
Response clone_study(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto record = find_study(context.store, request, refusal);
  if (!record) return refusal;
  search::FieldErrors errors;
  const std::optional<json> patch = read_body(request, errors);
  if (!patch) return field_problem("the changes could not be read", errors);
  if (!patch->is_object())
    return field_problem("the changes could not be read",
                         {{"", "not an object but " + search::json_type(*patch)}});
  json document = json::parse(record->spec);
  document["name"] = record->name;
  document["budget"] = to_json(budget_of(*record));
  document.merge_patch(*patch);
  return create_from(context, request, std::move(document),
                     {"", record->tags, record->notes, record->priority});
}

Response extend_study(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto record = find_study(context.store, request, refusal);
  if (!record) return refusal;
  search::FieldErrors errors;
  const std::optional<json> document = read_body(request, errors);
  if (!document) return field_problem("the extension could not be read", errors);
  search::ObjectReader reader(*document, "", errors);
  Budget more;
  more.trials = reader.integer("trials", Presence::kOptional, 1, 1e7).value_or(0);
  more.seconds = reader.number("seconds", Presence::kOptional, 1e-3, 1e9);
  if (more.seconds && !budget_of(*record).seconds)
    reader.error("seconds", "cannot be added: the study has no time budget");
  reader.finish();
  if (errors.empty() && more.trials == 0 && !more.seconds)
    errors.push_back({"", "needs trials, seconds or both: how many more"});
  if (!errors.empty()) return field_problem("nothing was extended", errors);
  return answer_of(context.studies.extend(id_of(request), more), request, "extend");
}

Response enqueue_trial(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto record = find_study(context.store, request, refusal);
  if (!record) return refusal;
  search::FieldErrors errors;
  const std::optional<json> document = read_body(request, errors);
  if (!document) return field_problem("the network could not be read", errors);
  const auto spec = parse_study_spec(json::parse(record->spec), context.supernets, errors, nullptr,
                                     context.resources);
  if (!spec) return field_problem("this server cannot run the study any more", errors);
  const search::SearchSpace& space = context.supernets.find(spec->supernet)->supernet().space;
  const auto genome = read_network(*document, *spec, space, errors);
  if (!genome) return field_problem("this is no network of the study", errors);
  return answer_of(context.studies.enqueue(record->id, *genome), request, "enqueue");
}

}  // namespace quarry::server
