// /v1/measurements: every number that studies measured, whatever became of the study; and
// /v1/fingerprints: the machines that they came from.
#include <nlohmann/json.hpp>

#include "evaluators/fingerprint.hpp"
#include "server/api/api.hpp"
#include "server/api/list_page.hpp"
#include "server/api/views.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

json measurement_view(const StoredMeasurement& found) {
  json view = {{"id", found.id},
               {"supernet", found.supernet},
               {"supernet_version", found.supernet_version},
               {"genome", json::parse("[" + found.genome + "]")},
               {"metric", found.metric},
               {"value", found.value},
               {"spread", found.spread},
               {"samples", found.samples},
               {"source", search::to_text(found.source)},
               {"evaluator", found.evaluator},
               {"options", json::parse(found.options, nullptr, false)},
               {"study", found.study},
               {"trial", found.trial}};
  if (view["options"].is_discarded()) view["options"] = json::object();
  if (!found.fingerprint.empty()) view["fingerprint"] = found.fingerprint;
  if (json detail = json::parse(found.detail); !detail.empty()) view["detail"] = std::move(detail);
  if (json values = json::parse(found.sample_values); !values.empty())
    view["sample_values"] = std::move(values);
  return view;
}

json machine_view(const KnownMachine& machine) {
  json view = {{"id", machine.fingerprint},
               {"text", machine.text},
               {"measurements", machine.measurements},
               {"by_metric", machine.by_metric}};
  // What a user's own program called its machine has no parts that we could name.
  if (const auto parts = evaluators::fingerprint_from_text(machine.text)) {
    view["cpu"] = parts->cpu;
    view["isa"] = parts->isa;
    view["cores"] = parts->cores;
    view["threads"] = parts->threads;
    view["governor"] = parts->governor;
    view["onednn"] = parts->onednn;
  }
  return view;
}

}  // namespace

Response list_measurements(const ApiContext& context, const Request& request) {
  static const Listing kListing = {
      .fields = {{.name = "id", .kind = FieldKind::kNumber},
                 {.name = "supernet"},
                 {.name = "supernet_version"},
                 {.name = "metric"},
                 {.name = "value", .kind = FieldKind::kNumber},
                 {.name = "spread", .kind = FieldKind::kNumber},
                 {.name = "samples", .kind = FieldKind::kNumber},
                 {.name = "source",
                  .allowed = {"exact", "measured", "predicted", "imported", "reported"}},
                 {.name = "evaluator"},
                 {.name = "fingerprint"},
                 {.name = "study"},
                 {.name = "trial", .kind = FieldKind::kNumber}},
      .properties = {"id", "supernet", "supernet_version", "genome", "metric", "value", "spread",
                     "samples", "source", "evaluator", "options", "study", "trial", "fingerprint",
                     "detail", "sample_values"},
      .order = {{"id", true}},
      .shorthands = {{"supernet", "supernet"},
                     {"metric", "metric"},
                     {"fingerprint", "fingerprint"},
                     {"study", "study"}}};
  Response refusal;
  const auto asked = read_list(request, kListing, refusal);
  if (!asked) return refusal;
  auto found = context.lists.measurements(asked->query);
  std::string token;
  if (found.size() > asked->page_size()) {
    found.resize(asked->page_size());
    token = page_token(*asked, found.back().place);
  }
  json items = json::array();
  for (const auto& [measurement, place] : found)
    items.push_back(with_fields(asked->fields, measurement_view(measurement)));
  return page_response(std::move(items), token);
}

Response get_measurement(const ApiContext& context, const Request& request) {
  const std::string& id = request.parameters.find("id")->second;
  const auto number = read_integer(id);
  const auto found = number ? context.lists.measurement(*number) : std::nullopt;
  return found ? json_response(measurement_view(*found))
               : problem(404, "there is no measurement " + id);
}

Response list_fingerprints(const ApiContext& context, const Request& request) {
  static const Listing kListing = {
      .fields = {{.name = "id"},
                 {.name = "text"},
                 {.name = "cpu"},
                 {.name = "isa"},
                 {.name = "cores", .kind = FieldKind::kNumber},
                 {.name = "threads", .kind = FieldKind::kNumber},
                 {.name = "governor"},
                 {.name = "onednn"},
                 {.name = "measurements", .kind = FieldKind::kNumber}},
      .properties = {"id", "text", "cpu", "isa", "cores", "threads", "governor", "onednn",
                     "measurements", "by_metric"},
      .order = {{"id"}}};
  std::vector<json> items;
  for (const KnownMachine& machine : context.lists.machines())
    items.push_back(machine_view(machine));
  return answer_list(request, kListing, items);
}

Response get_fingerprint(const ApiContext& context, const Request& request) {
  const std::string& id = request.parameters.find("id")->second;
  for (const KnownMachine& machine : context.lists.machines()) {
    if (machine.fingerprint == id) return json_response(machine_view(machine));
  }
  return problem(404, "there is no fingerprint " + id);
}

}  // namespace quarry::server
