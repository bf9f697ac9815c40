// Studies for tests: from a document, and what a store says of one.
#pragma once

#include <catch2/catch.hpp>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "server/storage/store.hpp"
#include "server/studies/confirmation.hpp"
#include "server/studies/study_spec.hpp"
#include "server/studies/trial_log.hpp"
#include "tests/support/server.hpp"

namespace quarry::test {

// Of a document without a mistake.
inline server::StudySpec spec_of(const nlohmann::json& document,
                                 const evaluators::SupernetLibrary& supernets = library()) {
  search::FieldErrors errors;
  auto spec = server::parse_study_spec(document, supernets, errors);
  for (const search::FieldError& error : errors) UNSCOPED_INFO(error.pointer + " " + error.detail);
  REQUIRE(errors.empty());
  return std::move(*spec);
}

// All that it has been in: "running pausing paused ".
inline std::string states_of(server::Store& store, const std::string& study) {
  std::string text;
  for (const server::EventRecord& event : store.state_history(study))
    text += nlohmann::json::parse(event.data)["state"].get<std::string>() + " ";
  return text;
}

// To measure again those of its front whose latency cannot be told apart.
inline server::ConfirmRequest doubt_about(server::Store& store, const std::string& study,
                                          const std::vector<search::Objective>& objectives,
                                          std::int64_t repeats) {
  std::vector<server::FrontMember> front;
  for (const server::TrialRecord& trial :
       store.trials(study, {.limit = 1000, .front_only = true})) {
    const nlohmann::json data = nlohmann::json::parse(trial.data);
    front.push_back({trial.number, server::metrics_from_json(data["metrics"])});
  }
  return {.repeats = repeats,
          .pairs = server::pairs_in_doubt(front, objectives, {}, {"latency_ms"})};
}

}  // namespace quarry::test
