// Tested by tests/server/conductor_test.cpp and, in replays, tests/server/log_replay_test.cpp.
#include "server/studies/trial_tasks.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>

namespace quarry::server {

using nlohmann::json;

bool is_measured(const StudyTrial& trial, const TaskPlan& task) {
  return std::ranges::all_of(
      task.metrics, [&](const std::string& metric) { return trial.metrics.contains(metric); });
}

search::Trial told_of(const StudyTrial& trial, const StudyPlan& plan, const FrontTracker& tracker) {
  // The subspace holds it: it was proposed from there.
  search::Trial told{.number = trial.number,
                     .genome = plan.subspace().reduce(trial.genome).value()};
  told.succeeded = trial.state == TrialState::kSucceeded || trial.state == TrialState::kInfeasible;
  if (told.succeeded) {
    told.objectives = tracker.minimised(trial.metrics);
    told.margins = tracker.margins(trial.metrics);
    told.violation = search::violation(told.margins);
  }
  return told;
}

std::string finish_members(const std::optional<FrontUpdate>& update, double elapsed_seconds) {
  nlohmann::ordered_json data;
  if (update) {
    data["front"] = {{"added", update->added}, {"removed", update->removed}};
    data["hypervolume"] = json(update->hypervolume ? json(*update->hypervolume) : json(nullptr));
  }
  data["elapsed_s"] = elapsed_seconds;
  const std::string object = data.dump();
  return object.substr(1, object.size() - 2);
}

StudyTrial proposed_trial(std::size_t number, const search::Genome& genome, search::Origin origin,
                          const StudyPlan& plan) {
  return {.number = number,
          .genome = genome,
          .origin = std::move(origin),
          .baseline = plan.baseline_name(genome),
          .seed = plan.seed_place(genome),
          .metrics = plan.immediate_metrics(genome)};
}

std::unique_ptr<Confirmation> confirmation_of(const json& event, const StudyPlan& plan,
                                              const std::vector<StudyTrial>& trials) {
  ConfirmRequest request = confirm_request_from_json(event);
  std::map<std::pair<std::size_t, std::size_t>, std::set<std::string>> wanted;
  std::map<std::size_t, Confirmation::Metrics> known;
  for (const ConfirmPair& pair : request.pairs) {
    for (const std::int64_t number : {pair.first, pair.second}) {
      const StudyTrial& trial = trials.at(static_cast<std::size_t>(number));
      known[trial.number] = trial.metrics;
      for (std::size_t i = 0; i < plan.tasks().size(); ++i) {
        const std::vector<std::string>& metrics = plan.tasks()[i].metrics;
        if (std::ranges::find(metrics, pair.metric) != metrics.end())
          wanted[{trial.number, i}].insert(pair.metric);
      }
    }
  }
  std::vector<Confirmation::Subject> subjects;
  for (const auto& [place, metrics] : wanted)
    subjects.push_back({place.first, place.second, {metrics.begin(), metrics.end()}});
  return std::make_unique<Confirmation>(event.at("confirmation").get<std::int64_t>(),
                                        std::move(request), std::move(subjects), known);
}

void settle_confirmed(json& event, FrontTracker& tracker, std::vector<StudyTrial>& trials,
                      std::set<std::size_t>& front) {
  for (json& member : event.at("members")) {
    StudyTrial& trial = trials.at(member.at("trial").get<std::size_t>());
    for (auto& [metric, measurement] : metrics_from_json(member.at("metrics")))
      trial.metrics[metric] = measurement;
    trial.state =
        tracker.is_feasible(trial.metrics) ? TrialState::kSucceeded : TrialState::kInfeasible;
    member["state"] = to_text(trial.state);
  }
  std::vector<std::pair<std::size_t, const FrontTracker::Metrics*>> known;
  for (const StudyTrial& trial : trials) {
    if (trial.state == TrialState::kSucceeded || trial.state == TrialState::kInfeasible)
      known.emplace_back(trial.number, &trial.metrics);
  }
  const std::optional<double> hypervolume = tracker.rebuild(known);
  const std::span<const std::size_t> members = tracker.archive().trials();
  const std::set<std::size_t> now(members.begin(), members.end());
  std::vector<std::size_t> added;
  std::vector<std::size_t> removed;
  std::ranges::set_difference(now, front, std::back_inserter(added));
  std::ranges::set_difference(front, now, std::back_inserter(removed));
  front = now;
  event["front"] = {{"added", added}, {"removed", removed}};
  event["hypervolume"] = hypervolume ? json(*hypervolume) : json(nullptr);
}

}  // namespace quarry::server
