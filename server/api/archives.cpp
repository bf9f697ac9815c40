// A study as one file: GET /v1/studies/{id}/archive and POST /v1/studies:import_archive. Tested by
// tests/server/archive_api_test.cpp.
#include <algorithm>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>

#include "search/supernets/json_fields.hpp"
#include "server/api/api.hpp"
#include "server/api/views.hpp"
#include "server/archives/log_replay.hpp"
#include "server/archives/restore.hpp"
#include "server/archives/study_archive.hpp"
#include "server/predictors/training_request.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

constexpr std::size_t kPage = 1000;

// Every string in it that names something: of fingerprints and predictors, wherever they stand.
void collect(const json& value, const char* prefix, std::set<std::string>& found) {
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (text.starts_with(prefix)) found.insert(text);
  } else if (value.is_structured()) {
    for (const json& child : value) collect(child, prefix, found);
  }
}

void add_references(const ApiContext& context, const json& spec,
                    const std::set<std::string>& fingerprints, StudyArchive& archive) {
  std::set<std::string> predictors;
  collect(spec, "pr_", predictors);
  for (const std::string& id : predictors) {
    if (const auto predictor = context.predictors.find(id))
      archive.predictors.push_back(evaluators::to_json(*predictor).dump());
  }
  for (const std::string& id : fingerprints) {
    if (std::string text = context.store.fingerprint(id); !text.empty())
      archive.fingerprints.emplace_back(id, std::move(text));
  }
  const std::string model = spec.value("latency_model", "");
  if (context.operators == nullptr || !model.starts_with("lm_")) return;
  if (auto text = context.operators->store.model(model))
    archive.latency_models.emplace_back(model, std::move(*text));
}

ArchiveSource source_of(const ApiContext& context, const StudyRecord& record,
                        const evaluators::LoadedSupernet& supernet) {
  ArchiveSource source;
  const std::string id = record.id;
  source.head.quarry = QUARRY_VERSION;
  source.head.written_at = context.clock.now();
  source.head.study = record;
  source.head.supernet = supernet.supernet().name;
  source.head.supernet_version = supernet.version();
  source.head.manifest = supernet.supernet().manifest;
  source.events = [&context, id](const std::function<void(const EventRecord&)>& visit) {
    std::int64_t after = 0;
    for (bool more = true; more;) {
      const std::vector<EventRecord> page = context.store.events(id, after, kPage);
      for (const EventRecord& event : page) visit(event);
      more = !page.empty();
      if (more) after = page.back().sequence;
    }
  };
  source.trials = [&context, id](const std::function<void(const TrialRecord&)>& visit) {
    std::int64_t after = -1;
    for (bool more = true; more;) {
      const auto page = context.store.trials(id, {.after = after, .limit = kPage});
      for (const TrialRecord& trial : page) visit(trial);
      more = !page.empty();
      if (more) after = page.back().number;
    }
  };
  source.measurements = [&context, id](const std::function<void(const MeasurementRecord&)>& visit) {
    std::int64_t after = 0;
    for (bool more = true; more;) {
      const auto [page, last] = context.archives->measurements(id, after, kPage);
      for (const MeasurementRecord& measurement : page) visit(measurement);
      more = !page.empty();
      after = last;
    }
  };
  return source;
}

// The machines that a study's log names.
std::set<std::string> fingerprints_of(const ArchiveSource& source) {
  std::set<std::string> found;
  source.trials([&](const TrialRecord& trial) {
    const json data = json::parse(trial.data);
    for (const json& measurement : data.at("metrics")) {
      if (std::string id = measurement.value("fingerprint", ""); !id.empty())
        found.insert(std::move(id));
    }
  });
  source.measurements([&](const MeasurementRecord& record) {
    if (!record.key.fingerprint.empty()) found.insert(record.key.fingerprint);
  });
  return found;
}

// The study as it is at one moment, read page by page: again when it has changed meanwhile, nothing
// when it does so each time. Throws as write_archive().
std::optional<std::string> archive_of(const ApiContext& context, StudyRecord record,
                                      const evaluators::LoadedSupernet& supernet) {
  constexpr int kAttempts = 3;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    ArchiveSource source = source_of(context, record, supernet);
    add_references(context, json::parse(record.spec), fingerprints_of(source), source.head);
    std::int64_t last = 0;
    const auto events = source.events;
    source.events = [&](const std::function<void(const EventRecord&)>& visit) {
      events([&](const EventRecord& event) {
        visit(event);
        last = event.sequence;
      });
    };
    std::string bytes = write_archive(source);
    const auto now = context.store.study(record.id);
    if (!now) return std::nullopt;
    if (*now == record && context.store.events(record.id, last, 1).empty()) return bytes;
    record = *now;
  }
  return std::nullopt;
}

Response refused(const search::FieldErrors& errors) {
  return field_problem("the archive was not taken in", errors);
}

// Everything that it brings besides the study: what is there already stays.
bool take_in_references(const ApiContext& context, const StudyArchive& archive,
                        search::FieldErrors& errors) {
  const bool is_new = context.supernets.find(archive.supernet) == nullptr;
  // Only a manifest that is one has a name that may be looked for.
  const auto manifest = is_new ? search::load_manifest(archive.manifest, errors) : std::nullopt;
  for (search::FieldError& error : errors) error.pointer.insert(0, "/manifest");
  if (is_new && errors.empty() && context.user_supernets.holds(manifest->name))
    errors.push_back({"/manifest", "there is a supernet " + manifest->name +
                                       " here that could not be loaded when the server started"});
  std::vector<evaluators::StoredPredictor> predictors = archived_predictors(archive, errors);
  for (const evaluators::StoredPredictor& predictor : predictors) {
    if (!is_predictor_name(predictor.name))
      errors.push_back({"/predictors", std::string("a name ") + kPredictorNameRule});
  }
  if (!errors.empty()) return false;
  if (supernet_of(archive, context.supernets, errors) == nullptr) return false;
  if (is_new) context.user_supernets.save(archive.supernet, archive.manifest);
  for (std::size_t i = 0; i < predictors.size(); ++i) {
    std::string holder;
    const auto [result, there] =
        context.predictors.import(std::move(predictors[i]), std::nullopt, holder);
    if (result == PredictorRegistry::ImportResult::kTaken)
      errors.push_back({"/predictors/" + std::to_string(i),
                        "predictor " + holder + " is another one here with this id or version"});
  }
  for (const auto& [id, model] : archive.latency_models) {
    if (context.operators != nullptr) context.operators->store.save_model(id, model);
  }
  return errors.empty();
}

}  // namespace

Response get_archive(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto record = find_study(context.store, request, refusal);
  if (!record) return refusal;
  const json spec = json::parse(record->spec);
  const auto* supernet = context.supernets.find(spec.value("supernet", ""));
  if (supernet == nullptr)
    return problem(409, "supernet " + spec.value("supernet", "") +
                            " of this study is not here any more: put it back first");
  try {
    const auto bytes = archive_of(context, *record, *supernet);
    if (!bytes)
      return problem(409,
                     "study " + record->id + " changes faster than it can be read: pause it first");
    Response response{.content_type = "application/gzip", .body = *bytes};
    response.headers.emplace_back("Content-Disposition",
                                  "attachment; filename=\"" + record->id + ".quarry.gz\"");
    return response;
  } catch (const std::length_error& error) {
    return problem(409, "study " + record->id + " cannot be archived: " + error.what());
  }
}

Response import_archive(const ApiContext& context, const Request& request) {
  search::FieldErrors errors;
  std::optional<StudyArchive> archive = read_archive(request.body, errors);
  if (archive) check_archive(*archive, errors);
  if (!archive || !errors.empty()) return refused(errors);
  // One at a time: of two equal files the second must find the first one's study.
  static std::mutex taking_in;
  const std::scoped_lock lock(taking_in);
  const std::string& id = archive->study.id;
  if (context.store.study(id))
    return problem(409, "study " + id + " is here already; delete it first to have the archive's");
  if (!take_in_references(context, *archive, errors)) return refused(errors);
  search::FieldErrors hindrances;
  parse_study_spec(json::parse(archive->study.spec), context.supernets, hindrances, nullptr,
                   context.resources);
  Commit change = restored(*archive, context.clock.now());
  // One that was deleted here has left its measurements.
  if (context.archives->was_there(id)) change.measurements.clear();
  context.store.commit(change);
  context.pages->forget(id);
  context.tables.forget(id);
  const StudyRecord& study = change.study;
  context.store.set_labels(id, {study.name, study.tags, study.notes, study.priority});
  json view = study_view(*context.store.study(id));
  view["restored"] = {{"events", archive->events.size()},
                      {"trials", archive->trials.size()},
                      {"measurements", archive->measurements.size()}};
  view["cannot_run"] = json::array();
  for (const search::FieldError& error : hindrances)
    view["cannot_run"].push_back({{"pointer", error.pointer}, {"detail", error.detail}});
  Response response = json_response(view, 201);
  response.headers.emplace_back("Location", "/v1/studies/" + id);
  return response;
}

}  // namespace quarry::server
