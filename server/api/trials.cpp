// /v1/studies/{id}/trials and /front. Trials are stored as the JSON that is shown, so a page is a
// concatenation; it is found in the database (list_store.hpp).
#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "search/core/metric.hpp"
#include "server/api/api.hpp"
#include "server/api/front_members.hpp"
#include "server/api/listing.hpp"
#include "server/api/views.hpp"
#include "server/studies/front_choice.hpp"
#include "server/studies/trial_log.hpp"

namespace quarry::server {
namespace {

std::string joined(const std::vector<TrialRecord>& trials) {
  std::string items = "[";
  for (const TrialRecord& trial : trials) {
    if (items.size() > 1) items += ",";
    items += trial.data;
  }
  return items + "]";
}

// Puts what somebody is just doing in place of what the log knows of open trials.
void show_live(std::vector<TrialRecord>& trials, const std::map<std::size_t, std::string>& live) {
  const std::string queued = "\"state\":\"queued\"";
  for (TrialRecord& trial : trials) {
    const auto state = live.find(static_cast<std::size_t>(trial.number));
    if (trial.state != "queued" || state == live.end()) continue;
    const std::size_t place = trial.data.find(queued);
    if (place != std::string::npos)
      trial.data.replace(place, queued.size(), "\"state\":\"" + state->second + "\"");
  }
}

// What trials of a study are listed by; a metric by its name, others by their place in a trial.
Listing trial_listing(const StudyRecord& record, bool is_front) {
  Listing listing{.fields = {{.name = "number", .kind = FieldKind::kNumber},
                             {.name = "state",
                              .allowed = {"queued", "leased", "measuring", "succeeded",
                                          "infeasible", "failed", "expired", "cancelled"}},
                             {.name = "on_front", .kind = FieldKind::kFlag},
                             {.name = "is_baseline", .kind = FieldKind::kFlag}},
                  .properties = {"number", "state", "genome", "config", "policy", "metrics",
                                 "origin", "reason"},
                  .order = {{"number"}}};
  const nlohmann::json spec = nlohmann::json::parse(record.spec);
  std::set<std::string> metrics;
  for (const search::Metric& metric : search::known_metrics()) metrics.insert(metric.name);
  const nlohmann::json plans = spec.value("metrics", nlohmann::json::object());
  for (const auto& [metric, plan] : plans.items()) metrics.insert(metric);
  for (const nlohmann::json& objective : spec.value("objectives", nlohmann::json::array()))
    metrics.insert(objective.value("metric", ""));
  for (const std::string& metric : metrics)
    listing.fields.push_back({.name = metric, .kind = FieldKind::kNumber});
  if (is_front) listing.others = {"where", "best", "within", "knee"};
  return listing;
}

// "items" and "next_page_token" of what the query finds.
std::string trials_page(const ApiContext& context, const ListRequest& asked, TrialListQuery query) {
  query.list = asked.query;
  auto found = context.lists.trials(query);
  std::string token;
  if (found.size() > asked.page_size()) {
    found.resize(asked.page_size());
    token = page_token(asked, found.back().place);
  }
  std::vector<TrialRecord> trials;
  for (auto& [trial, place] : found) trials.push_back(std::move(trial));
  show_live(trials, query.live);
  std::vector<std::string> items;
  for (TrialRecord& trial : trials) items.push_back(std::move(trial.data));
  return page_text(asked, items, token);
}

nlohmann::json choice_view(const FrontChoice& choice) {
  return {{"number", choice.chosen ? nlohmann::json(*choice.chosen) : nlohmann::json()},
          {"indistinguishable", choice.indistinguishable},
          {"sentence", choice.sentence}};
}

// From the columns: a front of thousands of members is not read out of their documents again for
// every move of a slider.
std::vector<FrontMember> members_of(const StudyTable& table) {
  std::vector<FrontMember> members;
  for (std::size_t trial = 0; trial < table.size(); ++trial) {
    if (table.on_front[trial] == 0) continue;
    FrontMember& member = members.emplace_back();
    member.number = static_cast<std::int64_t>(trial);
    for (const auto& [metric, column] : table.metrics) {
      if (std::isnan(column.value[trial])) continue;
      member.metrics[metric] = {.value = column.value[trial],
                                .spread = static_cast<double>(column.spread[trial])};
    }
  }
  return members;
}

Response choose_from_front(const ApiContext& context, const Request& request,
                           const StudyRecord& record, const std::vector<TrialRecord>& baselines) {
  search::FieldErrors errors;
  const auto spec = parse_study_spec(nlohmann::json::parse(record.spec), context.supernets, errors,
                                     nullptr, context.resources);
  if (!spec) return field_problem("this server cannot read the study any more", errors);
  const std::vector<FrontMember> members = members_of(*context.tables.read(record.id));
  const FrontQuestion question =
      read_front_question(request.query, metrics_of(members, *spec), errors);
  Response refusal;
  const auto asked = read_list(request, trial_listing(record, true), refusal, errors);
  if (!asked) return refusal;
  const FrontChoice choice = choose(members, spec->objectives, question);
  const std::string page = trials_page(
      context, *asked, {.study = record.id, .front_only = true, .numbers = choice.satisfying});
  return {.body = "{" + page + ",\"baselines\":" + joined(baselines) +
                  ",\"choice\":" + choice_view(choice).dump() + "}"};
}

}  // namespace

std::vector<FrontMember> front_members(Store& store, const std::string& study) {
  std::vector<FrontMember> members;
  for (const TrialRecord& trial : store.trials(study, {.limit = kLargestFront, .front_only = true}))
    members.push_back(
        {trial.number, metrics_from_json(nlohmann::json::parse(trial.data).at("metrics"))});
  return members;
}

std::vector<std::string> metrics_of(const std::vector<FrontMember>& members,
                                    const StudySpec& spec) {
  std::set<std::string> names;
  for (const search::Objective& objective : spec.objectives) names.insert(objective.metric);
  for (const FrontMember& member : members) {
    for (const auto& [name, measurement] : member.metrics) names.insert(name);
  }
  return {names.begin(), names.end()};
}

Response list_trials(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto record = find_study(context.store, request, refusal);
  if (!record) return refusal;
  const auto asked = read_list(request, trial_listing(*record, false), refusal);
  if (!asked) return refusal;
  return {.body = "{" +
                  trials_page(context, *asked,
                              {.study = record->id, .live = context.desk.live_states(record->id)}) +
                  "}"};
}

Response get_front(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto record = find_study(context.store, request, refusal);
  if (!record) return refusal;
  const auto baselines = context.store.trials(record->id, {.limit = 1000, .baselines_only = true});
  constexpr std::string_view kQuestions[] = {"where", "best", "within", "knee"};
  const bool is_asked = std::ranges::any_of(kQuestions, [&](std::string_view name) {
    return request.query.find(name) != request.query.end();
  });
  if (is_asked) return choose_from_front(context, request, *record, baselines);
  const auto asked = read_list(request, trial_listing(*record, true), refusal);
  if (!asked) return refusal;
  const std::string page = trials_page(context, *asked, {.study = record->id, .front_only = true});
  return {.body = "{" + page + ",\"baselines\":" + joined(baselines) + "}"};
}

}  // namespace quarry::server
