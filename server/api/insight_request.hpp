// What the routes of a study's charts (insights.cpp, gene_insights.cpp) ask for in common: a study,
// its trials as columns, those of them that a query is about, and a query's values with every
// mistake told at once.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/api/api.hpp"
#include "server/studies/study_table.hpp"

namespace quarry::server {

struct Insight {
  StudyRecord record;
  StudyTables::Reading table;
  std::vector<search::Objective> objectives;
  std::vector<search::Constraint> constraints;
  std::int64_t first_budget = 0;               // trials, before any extension
  const search::Supernet* supernet = nullptr;  // null: this server has it no more

  // Nothing, and every value kNoValue, for a metric that no trial has.
  std::span<const double> values(const std::string& metric) const;
};

// Nothing, and the answer in `refusal`, where there is no such study.
std::optional<Insight> find_insight(const ApiContext& context, const Request& request,
                                    Response& refusal);

// Reads a query; mistakes are kept until problem() is asked for.
class QueryReader {
 public:
  explicit QueryReader(const Request& request) : request_(request) {}

  std::int64_t integer(const char* name, std::int64_t otherwise, std::int64_t least,
                       std::int64_t most);
  double number(const char* name, double otherwise);
  bool flag(const char* name);
  // One of the metrics that trials of the study have.
  std::string metric(const char* name, const Insight& insight, const std::string& otherwise);
  // Measured trials for which `where` holds ("latency_ms<=10,macs<3e8"); all, where it is not
  // given.
  std::vector<std::uint32_t> measured_rows(const Insight& insight);
  // "accuracy:0.7,latency_ms:30": a number for each objective.
  std::optional<std::vector<double>> reference(const char* name, const Insight& insight);
  void mistake(const std::string& name, const std::string& detail) {
    errors_.push_back({name, detail});
  }

  // 400 with all mistakes, if there are any.
  std::optional<Response> problem() const;

 private:
  std::string text(const char* name) const;

  const Request& request_;
  search::FieldErrors errors_;
};

// Seven digits: more than a chart can show, and half of what a double is written with.
nlohmann::json brief(double value);

}  // namespace quarry::server
