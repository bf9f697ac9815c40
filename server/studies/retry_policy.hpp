// Which failures of a trial's tasks are tried again, and how often.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "evaluators/evaluator.hpp"
#include "search/supernets/field_error.hpp"

namespace quarry::server {

struct RetryPolicy {
  std::int64_t max = 2;                                    // of each task of a trial
  std::vector<std::string> on = {"expired", "retryable"};  // or "final"
  bool operator==(const RetryPolicy&) const = default;
};

// "final", "retryable", "expired"
std::string to_text(evaluators::FailureKind kind);

// Whether a task that has been tried again `retries` times already is tried again.
bool retries_again(const RetryPolicy& policy, evaluators::FailureKind kind, std::int64_t retries);

RetryPolicy read_retries(const nlohmann::json& given, const std::string& pointer,
                         search::FieldErrors& errors);
nlohmann::json to_json(const RetryPolicy& policy);

}  // namespace quarry::server
