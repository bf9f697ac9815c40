// What workers of other processes send and are sent: claims, results, leases.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "evaluators/supernet_library.hpp"
#include "search/supernets/field_error.hpp"
#include "server/studies/task_desk.hpp"

namespace quarry::server {

// Like search::parse_json, but a bare NaN, an Infinity or a number beyond all doubles becomes a
// string, so that whoever reads the field says what is wrong, and where.
std::optional<nlohmann::json> parse_report(const std::string& text, search::FieldErrors& errors);

// Everything a worker needs to know about its task: genome, config and policy among it.
nlohmann::ordered_json lease_view(const Lease& lease, const evaluators::SupernetLibrary& supernets,
                                  const std::string& now);

// {"token": 5, "metrics": {"accuracy": 0.93 or {"value": ..., "spread": ...}}, "machine": ...} of a
// task that has to bring these metrics.
struct Report {
  std::int64_t token = 0;
  evaluators::Evaluation evaluation;
};
std::optional<Report> read_metrics_report(const nlohmann::json& document,
                                          const std::vector<std::string>& metrics,
                                          search::Source source, search::FieldErrors& errors);
// {"token": 5, "reason": "...", "retryable": true}
std::optional<Report> read_failure_report(const nlohmann::json& document,
                                          search::FieldErrors& errors);

}  // namespace quarry::server
