// Tested by tests/server/study_spec_test.cpp and tests/server/task_desk_test.cpp.
#include "server/studies/retry_policy.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "search/supernets/json_fields.hpp"

namespace quarry::server {

using nlohmann::json;

std::string to_text(evaluators::FailureKind kind) {
  switch (kind) {
    case evaluators::FailureKind::kFinal:
      return "final";
    case evaluators::FailureKind::kRetryable:
      return "retryable";
    case evaluators::FailureKind::kExpired:
      return "expired";
  }
  return "unknown";
}

bool retries_again(const RetryPolicy& policy, evaluators::FailureKind kind, std::int64_t retries) {
  return retries < policy.max && std::ranges::find(policy.on, to_text(kind)) != policy.on.end();
}

RetryPolicy read_retries(const json& given, const std::string& pointer,
                         search::FieldErrors& errors) {
  const std::vector<std::string> kinds = {"expired", "retryable", "final"};
  RetryPolicy policy;
  search::ObjectReader reader(given, pointer, errors);
  policy.max = reader.integer("max", search::Presence::kOptional, 0, 100).value_or(policy.max);
  if (const json* on = reader.array("on", search::Presence::kOptional)) {
    policy.on.clear();
    for (std::size_t i = 0; i < on->size(); ++i) {
      const json& kind = (*on)[i];
      if (kind.is_string() && std::ranges::find(kinds, kind.get<std::string>()) != kinds.end()) {
        policy.on.push_back(kind.get<std::string>());
      } else {
        errors.push_back({search::child_pointer(reader.pointer("on"), std::to_string(i)),
                          "must be " + search::one_of(kinds) + ", got " + kind.dump()});
      }
    }
  }
  reader.finish();
  return policy;
}

json to_json(const RetryPolicy& policy) { return {{"max", policy.max}, {"on", policy.on}}; }

}  // namespace quarry::server
