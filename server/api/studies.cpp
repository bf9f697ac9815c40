// /v1/studies: create, list, look at, label, delete.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "search/supernets/json_fields.hpp"
#include "server/api/awaited_workers.hpp"
#include "server/api/list_page.hpp"
#include "server/api/study_document.hpp"
#include "server/api/views.hpp"
#include "server/studies/confirmation_view.hpp"
#include "server/studies/study_state.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;
using search::Presence;

constexpr std::size_t kMaxTags = 32;
constexpr std::size_t kMaxNotes = 65536;

void read_tags(const json& list, const std::string& pointer, std::vector<std::string>& tags,
               search::FieldErrors& errors) {
  tags.clear();
  if (list.size() > kMaxTags)
    errors.push_back({pointer, "must be at most " + std::to_string(kMaxTags) + " tags, got " +
                                   std::to_string(list.size())});
  for (std::size_t i = 0; i < list.size() && i < kMaxTags; ++i) {
    const std::string at = search::child_pointer(pointer, std::to_string(i));
    if (!list[i].is_string()) {
      errors.push_back({at, "must be a string, got " + search::json_type(list[i])});
      continue;
    }
    const auto tag = list[i].get<std::string>();
    if (tag.empty() || tag.size() > 64) {
      errors.push_back({at, "must have 1 to 64 bytes, got " + std::to_string(tag.size())});
    } else if (std::ranges::find(tags, tag) == tags.end()) {
      tags.push_back(tag);
    }
  }
}

void read_labels(search::ObjectReader& reader, StudyLabels& labels, search::FieldErrors& errors) {
  if (const json* tags = reader.array("tags", Presence::kOptional))
    read_tags(*tags, reader.pointer("tags"), labels.tags, errors);
  if (const auto notes = reader.text("notes", Presence::kOptional)) {
    labels.notes = *notes;
    if (notes->size() > kMaxNotes)
      reader.error("notes", "must be at most " + std::to_string(kMaxNotes) + " bytes, got " +
                                std::to_string(notes->size()));
  }
  labels.priority =
      reader.integer("priority", Presence::kOptional, 1, 100).value_or(labels.priority);
}

Listing study_listing() {
  const auto states = study_states();
  return {.fields = {{.name = "id"},
                     {.name = "name"},
                     {.name = "state", .allowed = {states.begin(), states.end()}},
                     {.name = "reason"},
                     {.name = "created_at"},
                     {.name = "tags", .kind = FieldKind::kTexts},
                     {.name = "notes"},
                     {.name = "priority", .kind = FieldKind::kNumber},
                     {.name = "hypervolume", .kind = FieldKind::kNumber},
                     {.name = "progress.trials", .kind = FieldKind::kNumber},
                     {.name = "progress.elapsed_s", .kind = FieldKind::kNumber},
                     {.name = "spec.supernet"}},
          .properties = {"id", "name", "state", "reason", "allowed", "tags", "notes", "priority",
                         "created_at", "spec", "progress", "hypervolume"},
          .order = {{"created_at", true}, {"id", true}},
          .shorthands = {{"state", "state"},
                         {"tag", "tags", Comparison::kHas},
                         {"name", "name", Comparison::kHas}}};
}

// Without the view, whose spec is only read where it is asked for.
ListValue study_field(const StudyRecord& record, const std::string& field) {
  if (field == "id") return record.id;
  if (field == "name") return record.name;
  if (field == "state") return record.state;
  if (field == "reason") return record.reason;
  if (field == "created_at") return record.created_at;
  if (field == "tags") return record.tags;
  if (field == "notes") return record.notes;
  if (field == "priority") return static_cast<double>(record.priority);
  if (field == "progress.trials") return static_cast<double>(record.trials);
  if (field == "progress.elapsed_s") return record.elapsed_seconds;
  if (field == "hypervolume")
    return record.hypervolume ? ListValue(*record.hypervolume) : ListValue();
  return json::parse(record.spec).at("supernet").get<std::string>();
}

json history_of(Store& store, const StudyRecord& record) {
  json history = json::array();
  history.push_back({{"state", "created"}, {"reason", ""}, {"at", record.created_at}});
  for (const EventRecord& event : store.state_history(record.id)) {
    const json data = json::parse(event.data);
    history.push_back(
        {{"state", data.at("state")}, {"reason", data.at("reason")}, {"at", event.at}});
  }
  return history;
}

std::string mistakes(const search::FieldErrors& errors) {
  return "the study has " + std::to_string(errors.size()) +
         (errors.size() == 1 ? " mistake" : " mistakes");
}

}  // namespace

void take_labels(json& document, StudyLabels& labels, search::FieldErrors& errors) {
  if (!document.is_object()) return;  // the spec's reader says so
  json own = json::object();
  for (const char* field : {"tags", "notes", "priority"}) {
    if (!document.contains(field)) continue;
    own[field] = std::move(document[field]);
    document.erase(field);
  }
  search::ObjectReader reader(own, "", errors);
  read_labels(reader, labels, errors);
}

Response create_from(const ApiContext& context, const Request& request, json document,
                     StudyLabels labels) {
  const auto draft = request.query.find("draft");
  if (draft != request.query.end() && draft->second != "true" && draft->second != "false")
    return problem(400, "draft must be true or false, got \"" + draft->second + "\"");
  search::FieldErrors errors;
  take_labels(document, labels, errors);
  const std::optional<StudySpec> spec = parse_study_spec(
      document, context.supernets, errors, fronts_of(context.store), context.resources);
  if (spec && names_latency_model(*spec) &&
      (context.operators == nullptr || !context.operators->store.model(spec->latency_model)))
    errors.push_back({"/latency_model", "no study of this server began with the model \"" +
                                            spec->latency_model +
                                            "\"; leave it out, or give \"none\""});
  if (!spec || !errors.empty()) return field_problem(mistakes(errors), errors);
  const StudyRecord record = context.studies.create(
      *spec, labels, draft != request.query.end() && draft->second == "true");
  Response response = json_response(study_view(record), 201);
  response.headers.emplace_back("Location", "/v1/studies/" + record.id);
  return response;
}

Response answer_of(const StudyManager::Outcome& outcome, const Request& request,
                   const std::string& verb, unsigned status) {
  const std::string& id = request.parameters.find("id")->second;
  if (outcome.verdict == StudyManager::Verdict::kUnknown)
    return problem(404, "there is no study " + id);
  if (outcome.verdict == StudyManager::Verdict::kDone)
    return json_response(study_view(outcome.study), status);
  const auto allowed = allowed_verbs(outcome.study.state);
  Response refusal = problem(409, "study " + id + " is " + outcome.study.state + ": " + verb +
                                      " is not possible now, only " + search::one_of(allowed));
  json document = json::parse(refusal.body);
  document["state"] = outcome.study.state;
  document["allowed"] = allowed;
  refusal.body = document.dump();
  return refusal;
}

Response create_study(const ApiContext& context, const Request& request) {
  search::FieldErrors errors;
  std::optional<json> document = search::parse_json(request.body, errors);
  if (!document) return field_problem("the study could not be read", errors);
  return create_from(context, request, std::move(*document), {});
}

Response list_studies(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto asked = read_list(request, study_listing(), refusal);
  if (!asked) return refusal;
  const std::vector<StudyRecord> studies = context.store.studies();
  const ListPage page =
      select_page(*asked, studies.size(), [&](std::size_t study, const std::string& field) {
        return study_field(studies[study], field);
      });
  json items = json::array();
  for (const std::size_t study : page.items)
    items.push_back(with_fields(asked->fields, study_view(studies[study])));
  return page_response(std::move(items), page.next_page_token);
}

Response get_study(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto record = find_study(context.store, request, refusal);
  if (!record) return refusal;
  json view = study_view(*record);
  view["history"] = history_of(context.store, *record);
  if (auto confirmation = confirmation_view(context.store, *record))
    view["confirmation"] = std::move(*confirmation);
  if (json awaited = awaited_workers(*record, context.desk); !awaited.empty())
    view["waits_for"] = std::move(awaited);
  return json_response(view);
}

// PATCH {name, tags, notes, priority}: those given.
Response change_study(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto record = find_study(context.store, request, refusal);
  if (!record) return refusal;
  search::FieldErrors errors;
  const std::optional<json> document = search::parse_json(request.body, errors);
  if (!document) return field_problem("the change could not be read", errors);
  StudyLabels labels{record->name, record->tags, record->notes, record->priority};
  search::ObjectReader reader(*document, "", errors);
  read_labels(reader, labels, errors);
  labels.name = reader.text("name", Presence::kOptional).value_or(labels.name);
  if (labels.name.empty() || labels.name.size() > 200)
    reader.error("name", "must have 1 to 200 bytes, got " + std::to_string(labels.name.size()));
  reader.finish();
  if (!errors.empty()) return field_problem("nothing was changed", errors);
  return answer_of(context.studies.set_labels(record->id, labels), request, "change", 200);
}

Response delete_study(const ApiContext& context, const Request& request) {
  const std::string& id = request.parameters.find("id")->second;
  const auto outcome = context.studies.remove(id);
  if (outcome.verdict == StudyManager::Verdict::kDone) {
    context.pages->forget(id);
    context.tables.forget(id);
    return {.status = 204, .body = ""};
  }
  return answer_of(outcome, request, "delete");
}

}  // namespace quarry::server
