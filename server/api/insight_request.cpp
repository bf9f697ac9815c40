// Tested by tests/server/insights_api_test.cpp.
#include "server/api/insight_request.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "search/supernets/json_fields.hpp"
#include "server/api/views.hpp"
#include "server/studies/front_choice.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

// What parse_study_spec took and stored, so there are no mistakes in it.
void read_spec(const json& spec, Insight& insight) {
  for (const json& objective : spec.at("objectives")) {
    search::Objective read{.metric = objective.at("metric")};
    if (objective.value("goal", "minimize") == "maximize") read.goal = search::Goal::kMaximize;
    if (objective.contains("reference") && objective["reference"].is_number())
      read.reference = objective["reference"].get<double>();
    insight.objectives.push_back(std::move(read));
  }
  for (const json& constraint : spec.value("constraints", json::array())) {
    search::Constraint read{.metric = constraint.at("metric")};
    if (constraint.contains("min")) read.min = constraint["min"].get<double>();
    if (constraint.contains("max")) read.max = constraint["max"].get<double>();
    insight.constraints.push_back(std::move(read));
  }
  insight.first_budget = spec.value("budget", json::object()).value("trials", std::int64_t{1});
}

std::vector<std::string> metrics_of(const StudyTable& table) {
  std::vector<std::string> names;
  for (const auto& [name, column] : table.metrics) names.push_back(name);
  return names;
}

}  // namespace

std::span<const double> Insight::values(const std::string& metric) const {
  static const std::vector<double> kNone;
  const auto found = table->metrics.find(metric);
  return found == table->metrics.end() ? kNone : found->second.value;
}

std::optional<Insight> find_insight(const ApiContext& context, const Request& request,
                                    Response& refusal) {
  auto record = find_study(context.store, request, refusal);
  if (!record) return std::nullopt;
  const std::string id = record->id;
  const json spec = json::parse(record->spec);
  Insight insight{.record = std::move(*record), .table = context.tables.read(id)};
  read_spec(spec, insight);
  const evaluators::LoadedSupernet* supernet =
      context.supernets.find(spec.at("supernet").get<std::string>());
  const bool fits =
      supernet != nullptr &&
      (insight.table->genes == 0 || supernet->supernet().space.size() == insight.table->genes);
  if (fits) insight.supernet = &supernet->supernet();
  return insight;
}

std::string QueryReader::text(const char* name) const {
  const auto found = request_.query.find(name);
  return found == request_.query.end() ? "" : found->second;
}

std::int64_t QueryReader::integer(const char* name, std::int64_t otherwise, std::int64_t least,
                                  std::int64_t most) {
  const std::string given = text(name);
  if (given.empty()) return otherwise;
  const auto value = read_integer(given);
  if (value && *value >= least && *value <= most) return *value;
  mistake(name, "must be a whole number from " + std::to_string(least) + " to " +
                    std::to_string(most) + ", got \"" + given + "\"");
  return otherwise;
}

double QueryReader::number(const char* name, double otherwise) {
  const std::string given = text(name);
  if (given.empty()) return otherwise;
  if (const auto value = read_number(given)) return *value;
  mistake(name, "must be a number, got \"" + given + "\"");
  return otherwise;
}

bool QueryReader::flag(const char* name) {
  const std::string given = text(name);
  if (!given.empty() && given != "true" && given != "false")
    mistake(name, "must be true or false, got \"" + given + "\"");
  return given == "true";
}

std::string QueryReader::metric(const char* name, const Insight& insight,
                                const std::string& otherwise) {
  const std::string given = text(name);
  if (given.empty()) return otherwise;
  const bool is_objective =
      std::ranges::find(insight.objectives, given, &search::Objective::metric) !=
      insight.objectives.end();
  if (is_objective || insight.table->metrics.contains(given)) return given;
  std::vector<std::string> there = metrics_of(*insight.table);
  if (there.empty())
    for (const search::Objective& objective : insight.objectives) there.push_back(objective.metric);
  mistake(name, "must be " + search::one_of(there) + ", got \"" + given + "\"");
  return otherwise;
}

std::vector<std::uint32_t> QueryReader::measured_rows(const Insight& insight) {
  FrontQuestion question;
  if (const std::string where = text("where"); !where.empty())
    question = read_front_question({{"where", where}}, metrics_of(*insight.table), errors_);
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < insight.table->size(); ++row) {
    const auto is_true = [&](const Condition& condition) {
      return holds(condition, insight.values(condition.metric)[row]);
    };
    if (insight.table->is_measured(row) && std::ranges::all_of(question.where, is_true))
      rows.push_back(row);
  }
  return rows;
}

std::optional<std::vector<double>> QueryReader::reference(const char* name,
                                                          const Insight& insight) {
  std::string rest = text(name);
  if (rest.empty()) return std::nullopt;
  std::vector<double> numbers(insight.objectives.size(), kNoValue);
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    const std::string part = rest.substr(0, comma);
    rest = comma == std::string::npos ? "" : rest.substr(comma + 1);
    const std::size_t colon = part.find(':');
    const auto objective =
        std::ranges::find(insight.objectives, part.substr(0, colon), &search::Objective::metric);
    const auto value =
        colon == std::string::npos ? std::nullopt : read_number(part.substr(colon + 1));
    if (objective == insight.objectives.end() || !value) {
      mistake(name,
              "must be METRIC:NUMBER of each objective with commas between, got \"" + part + "\"");
      return std::nullopt;
    }
    numbers[static_cast<std::size_t>(objective - insight.objectives.begin())] = *value;
  }
  for (std::size_t k = 0; k < numbers.size(); ++k)
    if (std::isnan(numbers[k])) mistake(name, "has no number for " + insight.objectives[k].metric);
  return numbers;
}

std::optional<Response> QueryReader::problem() const {
  std::vector<std::pair<std::string, std::string>> mistakes;
  for (const search::FieldError& error : errors_)
    mistakes.emplace_back(error.pointer, error.detail);
  return refuse_query(mistakes);
}

json brief(double value) {
  if (!std::isfinite(value)) return nullptr;
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.7g", value);
  return std::strtod(text.data(), nullptr);
}

}  // namespace quarry::server
