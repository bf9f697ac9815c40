// Tested by tests/server/api_test.cpp.
#include "server/api/views.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "server/studies/study_log.hpp"
#include "server/studies/study_state.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

constexpr std::size_t kMostMistakes = 1000;  // told of one request; all are counted in its detail

// Seconds until the budget is spent at the pace so far, or by the clock if that comes first; null
// when it cannot be told.
json eta_of(const StudyRecord& record, const json& budget) {
  if (record.state != "running") return nullptr;
  std::optional<double> eta;
  if (record.trials > 0) {
    const double left = budget.at("trials").get<double>() - static_cast<double>(record.trials);
    eta = record.elapsed_seconds / static_cast<double>(record.trials) * std::max(left, 0.0);
  }
  if (budget.contains("seconds")) {
    const double left = std::max(budget["seconds"].get<double>() - record.elapsed_seconds, 0.0);
    eta = eta ? std::min(*eta, left) : left;
  }
  return eta ? json(*eta) : json(nullptr);
}

}  // namespace

std::optional<std::int64_t> read_integer(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Response json_response(const json& document, unsigned status) {
  return {.status = status, .body = document.dump(-1, ' ', false, json::error_handler_t::replace)};
}

Response field_problem(const std::string& detail, const search::FieldErrors& errors) {
  std::vector<std::pair<std::string, std::string>> pairs;
  bool readable = true;
  for (const search::FieldError& error : errors) {
    if (pairs.size() < kMostMistakes) pairs.emplace_back(error.pointer, error.detail);
    readable = readable && !(error.pointer.empty() && error.detail.starts_with("not "));
  }
  return problem(readable ? 422 : 400, detail, pairs);
}

json study_view(const StudyRecord& record) {
  const json spec = json::parse(record.spec);
  const json budget = to_json(budget_of(record));
  return {{"id", record.id},
          {"name", record.name},
          {"state", record.state},
          {"reason", record.reason},
          {"allowed", allowed_verbs(record.state)},
          {"tags", record.tags},
          {"notes", record.notes},
          {"priority", record.priority},
          {"created_at", record.created_at},
          {"spec", spec},
          {"progress",
           {{"trials", record.trials},
            {"budget", budget},
            {"elapsed_s", record.elapsed_seconds},
            {"eta_s", eta_of(record, budget)}}},
          {"hypervolume", record.hypervolume ? json(*record.hypervolume) : json(nullptr)}};
}

std::optional<Response> refuse_query(
    const std::vector<std::pair<std::string, std::string>>& mistakes) {
  if (mistakes.empty()) return std::nullopt;
  const std::string detail = mistakes.size() == 1
                                 ? mistakes[0].first + ": " + mistakes[0].second
                                 : "the query has " + std::to_string(mistakes.size()) + " mistakes";
  return problem(400, detail, mistakes);
}

std::optional<StudyRecord> find_study(Store& store, const Request& request, Response& refusal) {
  const std::string& id = request.parameters.find("id")->second;
  std::optional<StudyRecord> record = store.study(id);
  if (!record) refusal = problem(404, "there is no study " + id);
  return record;
}

}  // namespace quarry::server
