// Tested by tests/server/confirm_study_test.cpp.
#include "server/studies/confirmation_view.hpp"

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "server/studies/study_state.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

// The event study.confirming stands just before the state that bears its number, in one commit.
std::optional<std::int64_t> latest_confirmation(Store& store, const std::string& study) {
  std::optional<std::int64_t> sequence;
  for (const EventRecord& event : store.state_history(study)) {
    if (json::parse(event.data).contains("confirmation")) sequence = event.sequence - 1;
  }
  return sequence;
}

json members_of(const ConfirmRequest& request,
                const std::map<std::int64_t, std::int64_t>& repeats) {
  std::map<std::int64_t, std::set<std::string>> metrics;
  for (const ConfirmPair& pair : request.pairs) {
    metrics[pair.first].insert(pair.metric);
    metrics[pair.second].insert(pair.metric);
  }
  json members = json::array();
  for (const auto& [trial, names] : metrics) {
    const auto counted = repeats.find(trial);
    members.push_back({{"trial", trial},
                       {"metrics", names},
                       {"repeats", counted == repeats.end() ? 0 : counted->second}});
  }
  return members;
}

json view_of(const ConfirmRequest& request, std::int64_t number, const std::string& state,
             const std::map<std::int64_t, std::int64_t>& repeats) {
  json view = to_json(request);
  for (json& pair : view["pairs"]) pair["told_apart"] = false;
  view["number"] = number;
  view["state"] = state;
  view["members"] = members_of(request, repeats);
  view["reason"] = "";
  view["sentence"] = "";
  return view;
}

}  // namespace

json planned_view(const ConfirmRequest& request, const std::string& state,
                  const std::string& sentence) {
  json view = view_of(request, 0, state, {});
  view["sentence"] = sentence;
  return view;
}

std::optional<json> confirmation_view(Store& store, const StudyRecord& study) {
  const auto begin = latest_confirmation(store, study.id);
  if (!begin) return std::nullopt;
  json begun;
  std::map<std::int64_t, std::int64_t> repeats;  // of so many tasks a round, the most
  std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> by_task;
  std::int64_t after = *begin - 1;
  while (true) {
    const std::vector<EventRecord> page = store.events(study.id, after, 1000);
    if (page.empty()) break;
    after = page.back().sequence;
    for (const EventRecord& event : page) {
      if (event.type == "study.confirming") begun = json::parse(event.data);
      if (event.type == "trial.repeated") {
        const json data = json::parse(event.data);
        if (!data.contains("metrics")) continue;
        const auto trial = data.at("number").get<std::int64_t>();
        const auto count = ++by_task[{trial, data.at("task").get<std::int64_t>()}];
        repeats[trial] = std::max(repeats[trial], count);
      }
      if (event.type != "study.confirmed") continue;
      const json data = json::parse(event.data);
      json view =
          view_of(confirm_request_from_json(begun), data.at("confirmation"), "ended", repeats);
      for (const char* field : {"pairs", "reason", "sentence"}) view[field] = data.at(field);
      return view;
    }
  }
  if (begun.is_null()) return std::nullopt;
  json view =
      view_of(confirm_request_from_json(begun), begun.at("confirmation"), "measuring", repeats);
  // A study that failed or was deleted under way leaves one that nobody will end.
  if (has_ended(study.state)) {
    view["state"] = "ended";
    view["reason"] = "the study is " + study.state;
  }
  return view;
}

}  // namespace quarry::server
