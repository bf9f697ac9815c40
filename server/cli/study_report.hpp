// Studies, trials, measurements, machines and workers as a terminal shows them. Pure text from what
// the API answers.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace quarry::server {

// "1:02:03" or "2:03".
std::string duration(double seconds);

// One study a line: id, state, trials of budget, name, [tags].
std::string study_table(const nlohmann::json& studies);

// What it searches, how far it is, and its history.
std::string study_report(const nlohmann::json& study);

// One trial a line under a heading: number, state, the value of every metric, where it comes from.
std::string trial_table(const nlohmann::json& trials);

std::string measurement_table(const nlohmann::json& measurements);
std::string machine_table(const nlohmann::json& machines);
std::string worker_table(const nlohmann::json& workers);

}  // namespace quarry::server
