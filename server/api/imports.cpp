// /v1/imports: measurements from a user's file; what was taken of it, row by row; taking it away
// again.
#include <cmath>
#include <nlohmann/json.hpp>

#include "evaluators/hash.hpp"
#include "evaluators/imports/result_file.hpp"
#include "search/supernets/config.hpp"
#include "server/api/api.hpp"
#include "server/api/import_request.hpp"
#include "server/api/import_views.hpp"
#include "server/api/list_page.hpp"
#include "server/api/views.hpp"
#include "server/studies/clock.hpp"

namespace quarry::server {
namespace {

using evaluators::ResultFile;
using nlohmann::json;
using nlohmann::ordered_json;

std::string to_body(const ordered_json& view) {
  return view.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

// Equal for the same bytes read the same way for the same supernet and machine.
std::string identity_of(const ImportRequest& asked, const ResultFile& file) {
  std::string meaning;
  for (const evaluators::Column& column : file.columns)
    meaning += column.name + "=" + evaluators::to_text(column) + "\n";
  return asked.supernet->supernet().name + "@" + asked.supernet->version() + " " +
         evaluators::hash_text({asked.text}) + " " + std::to_string(asked.text.size()) + " " +
         evaluators::to_text(file.format) + " " + evaluators::hash_text({meaning}) + " " +
         evaluators::hash_text({asked.fingerprint});
}

std::vector<ImportedRow> stored_rows(const ResultFile& file) {
  std::vector<ImportedRow> rows;
  rows.reserve(file.rows.size());
  for (const evaluators::ResultRow& row : file.rows) {
    json metrics = json::object();
    for (std::size_t i = 0; i < file.metrics.size(); ++i) {
      if (!std::isnan(row.values[i])) metrics[file.metrics[i]] = row.values[i];
    }
    rows.push_back(
        {static_cast<std::int64_t>(row.line), search::to_text(row.genome), metrics.dump()});
  }
  return rows;
}

std::vector<std::string> measured_metrics(const ResultFile& file) {
  std::vector<std::string> metrics;
  for (const evaluators::MetricRange& range : file.ranges) {
    if (range.values > 0) metrics.push_back(range.metric);
  }
  return metrics;
}

ImportRecord record_of(const ImportRequest& asked, const ResultFile& file) {
  return {.id = new_id("im_"),
          .name = asked.name,
          .supernet = asked.supernet->supernet().name,
          .supernet_version = asked.supernet->version(),
          .file = asked.file,
          .identity = identity_of(asked, file),
          .fingerprint = asked.fingerprint,
          .created_at = system_clock().now(),
          .rows = static_cast<std::int64_t>(file.rows.size()),
          .metrics = json(measured_metrics(file)).dump(),
          .report = to_body(report_view(file))};
}

// Why nothing can be imported, with what was found all the same.
Response refusal_of(const search::FieldErrors& errors, const ResultFile& file) {
  Response response = field_problem("the file cannot be imported", errors);
  ordered_json document = ordered_json::parse(response.body);
  document["report"] = report_view(file);
  response.body = to_body(document);
  return response;
}

Response answer(const ImportRecord& record, bool is_new) {
  ordered_json view = import_view(record, true);
  view["existing"] = !is_new;
  Response response{.status = is_new ? 201U : 200U, .body = to_body(view)};
  response.headers.emplace_back("Location", "/v1/imports/" + record.id);
  return response;
}

std::optional<ImportRecord> find_import(ImportStore& imports, const Request& request,
                                        Response& refusal) {
  const std::string& id = request.parameters.find("id")->second;
  std::optional<ImportRecord> record = imports.import(id);
  if (!record) refusal = problem(404, "there is no import " + id);
  return record;
}

// A study that has not ended and looks measurements up in the import; empty when there is none.
std::string user_of(Store& store, const std::string& import) {
  for (const StudyRecord& study : store.studies()) {
    if (study.state != "queued" && study.state != "running") continue;
    const json spec = json::parse(study.spec);
    for (const auto& [metric, plan] : spec.at("metrics").items()) {
      if (plan.value("import", "") == import) return study.id;
    }
  }
  return "";
}

}  // namespace

Response create_import(const ApiContext& context, const Request& request) {
  search::FieldErrors errors;
  ImportRequest asked;
  read_import_request(request, context.supernets, asked, errors);
  if (!errors.empty()) return field_problem("the import could not be read", errors);
  const ResultFile file = evaluators::read_result_file(asked.text, asked.format, asked.columns,
                                                       asked.supernet->supernet(), errors);
  if (!errors.empty()) return refusal_of(errors, file);
  const ImportRecord record = record_of(asked, file);
  const std::optional<ImportRecord> known = context.imports.find(record.identity);
  if (asked.dry_run) {
    const ordered_json view = {{"dry_run", true},
                               {"existing", known ? json(known->id) : json(nullptr)},
                               {"supernet", record.supernet},
                               {"report", report_view(file)}};
    return {.body = to_body(view)};
  }
  if (known) return answer(*known, false);
  const ImportRecord stored = context.imports.add(record, stored_rows(file));
  return answer(stored, stored.id == record.id);
}

Response list_imports(const ApiContext& context, const Request& request) {
  static const Listing kListing = {
      .fields = {{.name = "id"},
                 {.name = "name"},
                 {.name = "supernet"},
                 {.name = "supernet_version"},
                 {.name = "file"},
                 {.name = "fingerprint"},
                 {.name = "created_at"},
                 {.name = "rows", .kind = FieldKind::kNumber},
                 {.name = "metrics", .kind = FieldKind::kTexts}},
      .properties = {"id", "name", "supernet", "supernet_version", "file", "fingerprint",
                     "created_at", "rows", "metrics"},
      .order = {{"created_at", true}, {"id", true}},
      .shorthands = {{"supernet", "supernet"}, {"name", "name", Comparison::kHas}}};
  std::vector<ordered_json> items;
  for (const ImportRecord& record : context.imports.imports())
    items.push_back(import_view(record, false));
  return answer_list(request, kListing, items);
}

Response get_import(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto record = find_import(context.imports, request, refusal);
  return record ? Response{.body = to_body(import_view(*record, true))} : refusal;
}

Response list_imported_rows(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto record = find_import(context.imports, request, refusal);
  if (!record) return refusal;
  const auto metrics = json::parse(record->metrics).get<std::vector<std::string>>();
  Listing listing{.fields = {{.name = "line", .kind = FieldKind::kNumber}},
                  .properties = {"line", "genome", "config", "metrics"},
                  .order = {{"line"}}};
  for (const std::string& metric : metrics)
    listing.fields.push_back({.name = metric, .kind = FieldKind::kNumber});
  const auto asked = read_list(request, listing, refusal);
  if (!asked) return refusal;
  auto rows = context.lists.imported_rows(record->id, metrics, asked->query);
  std::string token;
  if (rows.size() > asked->page_size()) {
    rows.resize(asked->page_size());
    token = page_token(*asked, rows.back().place);
  }
  // A supernet of the user's that has gone, or has changed, cannot explain the genomes any more.
  const evaluators::LoadedSupernet* supernet = context.supernets.find(record->supernet);
  const bool explains = supernet != nullptr && supernet->version() == record->supernet_version;
  std::vector<std::string> items;
  for (const auto& [row, place] : rows) {
    const auto genome = json::parse("[" + row.genome + "]").get<search::Genome>();
    ordered_json item = {{"line", row.line}, {"genome", genome}};
    if (explains) item["config"] = search::config_to_json(supernet->supernet().space, genome);
    item["metrics"] = ordered_json::parse(row.metrics);
    items.push_back(to_body(item));
  }
  return {.body = "{" + page_text(*asked, items, token) + "}"};
}

Response delete_import(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto record = find_import(context.imports, request, refusal);
  if (!record) return refusal;
  if (const std::string study = user_of(context.store, record->id); !study.empty())
    return problem(409, "study " + study + " is using import " + record->id +
                            ": stop it first, or wait for its end");
  context.imports.remove(record->id);
  return {.status = 204};
}

}  // namespace quarry::server
