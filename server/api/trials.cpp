// /v1/studies/{id}/trials and /front. Trials are stored as the JSON that is shown, so a page is a
// concatenation.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "server/api/api.hpp"
#include "server/api/front_members.hpp"
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

std::string page_of(std::vector<TrialRecord> trials, std::size_t size) {
  std::string token = "null";
  if (trials.size() > size) {
    trials.resize(size);
    token = "\"" + std::to_string(trials.back().number) + "\"";
  }
  return "\"items\":" + joined(trials) + ",\"next_page_token\":" + token;
}

nlohmann::json choice_view(const FrontChoice& choice) {
  return {{"number", choice.chosen ? nlohmann::json(*choice.chosen) : nlohmann::json()},
          {"indistinguishable", choice.indistinguishable},
          {"sentence", choice.sentence}};
}

Response choose_from_front(const ApiContext& context, const Request& request,
                           const StudyRecord& record, const Page& page,
                           const std::vector<TrialRecord>& baselines) {
  search::FieldErrors errors;
  const auto spec = parse_study_spec(nlohmann::json::parse(record.spec), context.supernets, errors,
                                     nullptr, context.resources);
  if (!spec) return field_problem("this server cannot read the study any more", errors);
  std::vector<TrialRecord> front =
      context.store.trials(record.id, {.limit = kLargestFront, .front_only = true});
  const std::vector<FrontMember> members = members_of(front);
  const FrontQuestion question =
      read_front_question(request.query, metrics_of(members, *spec), errors);
  if (!errors.empty()) {
    std::vector<std::pair<std::string, std::string>> mistakes;
    for (const search::FieldError& error : errors)
      mistakes.emplace_back(error.pointer, error.detail);
    return problem(400, "the question about the front has mistakes", mistakes);
  }
  const FrontChoice choice = choose(members, spec->objectives, question);
  const std::set<std::int64_t> satisfying(choice.satisfying.begin(), choice.satisfying.end());
  std::erase_if(front, [&](const TrialRecord& trial) {
    return !satisfying.contains(trial.number) || trial.number <= page.after;
  });
  return {.body = "{" + page_of(std::move(front), page.size) + ",\"baselines\":" +
                  joined(baselines) + ",\"choice\":" + choice_view(choice).dump() + "}"};
}

}  // namespace

std::vector<FrontMember> members_of(const std::vector<TrialRecord>& front) {
  std::vector<FrontMember> members;
  for (const TrialRecord& trial : front)
    members.push_back(
        {trial.number, metrics_from_json(nlohmann::json::parse(trial.data).at("metrics"))});
  return members;
}

std::vector<FrontMember> front_members(Store& store, const std::string& study) {
  return members_of(store.trials(study, {.limit = kLargestFront, .front_only = true}));
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
  const auto page = read_page(request, refusal);
  if (!page) return refusal;
  auto trials = context.store.trials(record->id, {.after = page->after, .limit = page->size + 1});
  show_live(trials, context.desk.live_states(record->id));
  return {.body = "{" + page_of(std::move(trials), page->size) + "}"};
}

Response get_front(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto record = find_study(context.store, request, refusal);
  if (!record) return refusal;
  constexpr std::string_view kQuestions[] = {"where", "best", "within", "knee"};
  const auto page = read_page(request, refusal, kQuestions);
  if (!page) return refusal;
  const auto baselines = context.store.trials(record->id, {.limit = 1000, .baselines_only = true});
  const bool is_asked = std::ranges::any_of(kQuestions, [&](std::string_view name) {
    return request.query.find(name) != request.query.end();
  });
  if (is_asked) return choose_from_front(context, request, *record, *page, baselines);
  const auto front = context.store.trials(
      record->id, {.after = page->after, .limit = page->size + 1, .front_only = true});
  return {.body = "{" + page_of(front, page->size) + ",\"baselines\":" + joined(baselines) + "}"};
}

}  // namespace quarry::server
