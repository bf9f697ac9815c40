// /v1/studies/{id}/trials/{number}: one trial, what was written about it, its network, and the
// forms in which it is taken away.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "evaluators/fingerprint.hpp"
#include "evaluators/imports/dynast_config.hpp"
#include "search/supernets/config.hpp"
#include "search/supernets/json_fields.hpp"
#include "server/api/api.hpp"
#include "server/api/machine_peaks.hpp"
#include "server/api/trial_export.hpp"
#include "server/api/trial_network.hpp"
#include "server/api/views.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t kMaxNotes = 65536;
constexpr std::array<const char*, 4> kFormats = {"quarry", "dynast", "policy", "card"};

struct FoundTrial {
  StudyRecord study;
  TrialRecord record;
};

std::optional<FoundTrial> find_trial(const ApiContext& context, const Request& request,
                                     Response& refusal) {
  auto study = find_study(context.store, request, refusal);
  if (!study) return std::nullopt;
  const std::string& text = request.parameters.find("number")->second;
  const auto number = read_integer(text);
  if (number && *number >= 0) {
    auto trials = context.store.trials(study->id, {.after = *number - 1, .limit = 1});
    if (!trials.empty() && trials.front().number == *number)
      return FoundTrial{std::move(*study), std::move(trials.front())};
  }
  refusal = problem(404, "study " + study->id + " has no trial " + text);
  return std::nullopt;
}

// Texts of the machines that its measurements are of, by their ids.
std::map<std::string, std::string> machines_of(const ApiContext& context,
                                               const ordered_json& trial) {
  std::map<std::string, std::string> machines;
  for (const auto& [metric, measurement] : trial.at("metrics").items()) {
    const std::string id = measurement.value("fingerprint", "");
    if (id.empty()) continue;
    const std::string text = context.store.fingerprint(id);
    if (!text.empty()) machines[id] = text;
  }
  return machines;
}

ordered_json trial_view(const ApiContext& context, const FoundTrial& found) {
  ordered_json view = ordered_json::parse(found.record.data);
  if (found.record.state == "queued") {
    const auto live = context.desk.live_states(found.study.id);
    const auto state = live.find(static_cast<std::size_t>(found.record.number));
    if (state != live.end()) view["state"] = state->second;
  }
  view["study"] = found.study.id;
  view["on_front"] = found.record.on_front;
  view["notes"] = context.notes.find(found.study.id, found.record.number);
  view["machines"] = machines_of(context, view);
  return view;
}

const evaluators::LoadedSupernet* supernet_of(const ApiContext& context, const json& spec,
                                              Response& refusal) {
  const std::string name = spec.at("supernet");
  const evaluators::LoadedSupernet* supernet = context.supernets.find(name);
  if (supernet == nullptr)
    refusal = problem(409, "the study's supernet " + name +
                               " is not on this server any more: put it back to see its networks");
  return supernet;
}

// Nothing, and why in `refusal`, where the supernet has changed since.
std::optional<search::Genome> genome_of(const FoundTrial& found, const search::Supernet& supernet,
                                        Response& refusal) {
  search::FieldErrors errors;
  const json trial = json::parse(found.record.data);
  auto genome = search::genome_from_json(supernet.space, trial.at("genome"), "/genome", errors);
  if (!genome)
    refusal = problem(409, "trial " + std::to_string(found.record.number) +
                               " is of another version of the supernet " + supernet.name +
                               " than the one on this server");
  return genome;
}

// As the study measures latency; as quarry measure would by itself where it does not.
TimingPlan timing_plan(const json& spec, const ordered_json& trial,
                       const search::Supernet& supernet) {
  TimingPlan plan{.batch = static_cast<std::size_t>(supernet.latency_batch)};
  const json metrics = spec.value("metrics", json::object());
  const json latency = metrics.value("latency_ms", json::object());
  if (latency.value("evaluator", "") == "onednn") {
    if (latency.value("batch", 0) > 0) plan.batch = latency["batch"].get<std::size_t>();
    plan.threads = latency.value("threads", 1);
    if (latency.value("cache", "warm") == "cold")
      plan.no_times =
          "the study measures with cold caches, the times of operators are those of warm ones";
  }
  const std::string here = evaluators::identify_machine(plan.threads).first;
  plan.fingerprint = here;
  if (trial.at("metrics").contains("latency_ms")) {
    const std::string there = trial["metrics"]["latency_ms"].value("fingerprint", "");
    if (!there.empty()) plan.fingerprint = there;
  }
  if (plan.no_times.empty() && plan.fingerprint != here)
    plan.no_times =
        "latency was measured on another machine, which does not send the times of operators";
  return plan;
}

Response ordered_response(const ordered_json& document, int indent = -1) {
  return {.body = document.dump(indent, ' ', false, ordered_json::error_handler_t::replace) +
                  (indent < 0 ? "" : "\n")};
}

Response exported(const TrialForExport& chosen, const std::string& format) {
  const search::Supernet& supernet = chosen.supernet.supernet();
  if (format == "quarry")
    return ordered_response(search::config_to_json(supernet.space, chosen.genome), 2);
  if (format == "policy") return ordered_response(policy_document(chosen), 2);
  if (format == "card") return ordered_response(card_document(chosen), 2);
  const auto dict = evaluators::dynast_config(supernet, chosen.genome);
  if (!dict)
    return problem(409, "DyNAS-T has no supernet " + supernet.name +
                            ", and so no form for this network: take quarry, policy or card");
  return {.content_type = "text/plain; charset=utf-8", .body = *dict + "\n"};
}

}  // namespace

Response get_trial(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto found = find_trial(context, request, refusal);
  return found ? ordered_response(trial_view(context, *found)) : refusal;
}

// PATCH {notes}
Response change_trial(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto found = find_trial(context, request, refusal);
  if (!found) return refusal;
  search::FieldErrors errors;
  const std::optional<json> document = search::parse_json(request.body, errors);
  if (!document) return field_problem("the change could not be read", errors);
  search::ObjectReader reader(*document, "", errors);
  const auto notes = reader.text("notes", search::Presence::kRequired);
  if (notes && notes->size() > kMaxNotes)
    reader.error("notes", "must be at most " + std::to_string(kMaxNotes) + " bytes, got " +
                              std::to_string(notes->size()));
  reader.finish();
  if (!errors.empty()) return field_problem("nothing was changed", errors);
  context.notes.save(found->study.id, found->record.number, *notes);
  return ordered_response(trial_view(context, *found));
}

Response get_trial_network(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto found = find_trial(context, request, refusal);
  if (!found) return refusal;
  const json spec = json::parse(found->study.spec);
  const evaluators::LoadedSupernet* loaded = supernet_of(context, spec, refusal);
  if (loaded == nullptr) return refusal;
  const search::Supernet& supernet = loaded->supernet();
  const auto genome = genome_of(*found, supernet, refusal);
  if (!genome) return refusal;
  const ordered_json trial = ordered_json::parse(found->record.data);
  const TimingPlan plan = timing_plan(spec, trial, supernet);
  const evaluators::OperatorTable table = context.operators == nullptr
                                              ? evaluators::OperatorTable{}
                                              : context.operators->times.table(plan.fingerprint);
  const search::Network network = supernet.network(*genome);
  const auto cost = supernet.reported_cost(*genome, network);
  ordered_json view = {{"study", found->study.id},  {"number", found->record.number},
                       {"supernet", supernet.name}, {"macs", cost.macs},
                       {"params", cost.params},     {"model_size_bytes", cost.model_size_bytes}};
  view.update(network_view(supernet, *genome, plan, table));
  view["machine"] = context.store.fingerprint(plan.fingerprint);
  view["peaks"] = peaks_view(context.peaks.find(plan.fingerprint));
  return ordered_response(view);
}

// ?format=quarry (the default), dynast, policy or card
Response export_trial(const ApiContext& context, const Request& request) {
  const auto given = request.query.find("format");
  const std::string format = given == request.query.end() ? kFormats.front() : given->second;
  if (std::ranges::find(kFormats, format) == kFormats.end())
    return problem(400, "format must be quarry, dynast, policy or card, got \"" + format + "\"");
  Response refusal;
  const auto found = find_trial(context, request, refusal);
  if (!found) return refusal;
  const json spec = json::parse(found->study.spec);
  const evaluators::LoadedSupernet* supernet = supernet_of(context, spec, refusal);
  if (supernet == nullptr) return refusal;
  const auto genome = genome_of(*found, supernet->supernet(), refusal);
  if (!genome) return refusal;
  const ordered_json trial = trial_view(context, *found);
  Response response =
      exported({.supernet = *supernet,
                .trial = trial,
                .spec = spec,
                .study = found->study.id,
                .study_name = found->study.name,
                .number = found->record.number,
                .genome = *genome,
                .machines = machines_of(context, trial),
                .is_builtin = !context.user_supernets.holds(supernet->supernet().name)},
               format);
  if (response.status == 200) {
    const std::string ending = format == "dynast" ? ".dynast.txt" : "." + format + ".json";
    response.headers.emplace_back("Content-Disposition",
                                  "attachment; filename=\"" + found->study.id + "-" +
                                      std::to_string(found->record.number) + ending + "\"");
  }
  return response;
}

}  // namespace quarry::server
