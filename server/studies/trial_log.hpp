// A trial of a study and its JSON forms: the events of the log and the view that the API shows.
// What is written here is read back on restart.
#pragma once

#include <cstddef>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "search/core/genome.hpp"
#include "search/core/measurement.hpp"
#include "search/core/search_algorithm.hpp"
#include "search/supernets/supernet.hpp"
#include "server/studies/seeds.hpp"

namespace quarry::server {

// What the log knows. That an open trial is leased or being measured is known by who holds its
// tasks (task_desk.hpp); the API shows it in place of kQueued.
enum class TrialState { kQueued, kSucceeded, kInfeasible, kFailed, kExpired, kCancelled };

// The origin of a trial that the user asked for.
inline constexpr const char* kEnqueued = "enqueued";

std::string to_text(TrialState state);
// Throws std::runtime_error on a name that no version wrote.
TrialState trial_state(const std::string& text);

struct StudyTrial {
  std::size_t number = 0;
  search::Genome genome;
  search::Origin origin;
  std::string baseline;  // the manifest's name for it, if it has one
  SeedPlace seed;        // where it comes from, if it is another seed
  TrialState state = TrialState::kQueued;
  std::string reason;  // why it failed
  std::map<std::string, search::Measurement> metrics;
};

nlohmann::json measurement_to_json(const search::Measurement& measurement);
search::Measurement measurement_from_json(const nlohmann::json& json);
nlohmann::json metrics_to_json(const std::map<std::string, search::Measurement>& metrics);
std::map<std::string, search::Measurement> metrics_from_json(const nlohmann::json& json);

// What a trial shows of its network: the members "config" and "policy" as text.
std::string trial_shape(const search::Genome& genome, const search::Supernet& supernet);

// {number, state, genome, config, policy, metrics, origin, ...}: what GET .../trials shows. `shape`
// is its trial_shape(), `more` are members that follow, as text, or nothing. Predicted objectives
// of the origin are shown under their metrics' names and in their metrics' signs.
std::string trial_to_text(const StudyTrial& trial, const std::string& shape,
                          const std::vector<search::Objective>& objectives,
                          const std::string& more = "");

}  // namespace quarry::server
