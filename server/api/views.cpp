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

std::optional<Page> read_page(const Request& request, Response& refusal,
                              std::span<const std::string_view> filters) {
  constexpr std::int64_t kMaxPage = 1000;
  Page page;
  if (const auto given = request.query.find("page_size"); given != request.query.end()) {
    const auto size = read_integer(given->second);
    if (!size || *size < 1) {
      refusal = problem(
          400, "page_size must be a whole number from 1 to 1000, got \"" + given->second + "\"");
      return std::nullopt;
    }
    page.size = static_cast<std::size_t>(std::min(*size, kMaxPage));
  }
  if (const auto given = request.query.find("page_token"); given != request.query.end()) {
    const auto after = read_integer(given->second);
    if (!after || *after < 0) {
      refusal = problem(400, "page_token must be a next_page_token that this server gave, got \"" +
                                 given->second + "\"");
      return std::nullopt;
    }
    page.after = *after;
  }
  std::vector<std::string> known(filters.begin(), filters.end());
  known.insert(known.end(), {"page_size", "page_token"});
  if (auto unknown = refuse_unknown(request, known)) {
    refusal = std::move(*unknown);
    return std::nullopt;
  }
  return page;
}

std::optional<Response> refuse_unknown(const Request& request,
                                       const std::vector<std::string>& known) {
  for (const auto& [name, ignored] : request.query) {
    if (std::ranges::find(known, name) != known.end()) continue;
    if (known.empty())
      return problem(400, "there is no query parameter here, got \"" + name + "\"");
    std::string names;
    for (std::size_t i = 0; i < known.size(); ++i)
      names += (i == 0 ? "" : i + 1 < known.size() ? ", " : " and ") + known[i];
    return problem(400, "unknown query parameter \"" + name + "\"; known are " + names);
  }
  return std::nullopt;
}

std::optional<StudyRecord> find_study(Store& store, const Request& request, Response& refusal) {
  const std::string& id = request.parameters.find("id")->second;
  std::optional<StudyRecord> record = store.study(id);
  if (!record) refusal = problem(404, "there is no study " + id);
  return record;
}

}  // namespace quarry::server
