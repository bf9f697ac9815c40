// What a plan makes of a study's trials, live and when a log is replayed: which tasks are done,
// what the algorithm is told, what a log says of an end.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "server/studies/confirmation.hpp"
#include "server/studies/front_tracker.hpp"
#include "server/studies/study_plan.hpp"
#include "server/studies/trial_log.hpp"

namespace quarry::server {

// Every metric that the task brings is there.
bool is_measured(const StudyTrial& trial, const TaskPlan& task);

// What the algorithm is told of a trial that is over.
search::Trial told_of(const StudyTrial& trial, const StudyPlan& plan, const FrontTracker& tracker);

// What the event trial.finished says beside the trial: members as text, for trial_to_text().
// update: of the front, where the trial has come near it.
std::string finish_members(const std::optional<FrontUpdate>& update, double elapsed_seconds);

// A trial as it is proposed, before anything is measured.
StudyTrial proposed_trial(std::size_t number, const search::Genome& genome, search::Origin origin,
                          const StudyPlan& plan);

// The confirmation that an event study.confirming begins.
std::unique_ptr<Confirmation> confirmation_of(const nlohmann::json& event, const StudyPlan& plan,
                                              const std::vector<StudyTrial>& trials);

// What the event study.confirmed says of its members holds from now on, and `front` is that of all
// trials as they are known then. Writes into the event the members' states, who joined and left the
// front, and its hypervolume.
void settle_confirmed(nlohmann::json& event, FrontTracker& tracker, std::vector<StudyTrial>& trials,
                      std::set<std::size_t>& front);

// Whether it measures again, for a confirmation, what its trial has already.
bool is_repeat(const std::string& task_id);

}  // namespace quarry::server
