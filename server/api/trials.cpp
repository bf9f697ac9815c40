// /v1/studies/{id}/trials and /front. Trials are stored as the JSON that is shown, so a page is a
// concatenation.
#include <map>
#include <string>

#include "server/api/api.hpp"
#include "server/api/views.hpp"

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

}  // namespace

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
  const auto page = read_page(request, refusal);
  if (!page) return refusal;
  const auto front = context.store.trials(
      record->id, {.after = page->after, .limit = page->size + 1, .front_only = true});
  const auto baselines = context.store.trials(record->id, {.limit = 1000, .baselines_only = true});
  return {.body = "{" + page_of(front, page->size) + ",\"baselines\":" + joined(baselines) + "}"};
}

}  // namespace quarry::server
