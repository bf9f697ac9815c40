// Which member of a front to take: those that satisfy conditions, the best of them in one metric or
// the knee, and the sentence that says why. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "search/core/measurement.hpp"
#include "search/core/objective.hpp"
#include "search/supernets/field_error.hpp"

namespace quarry::server {

// One member as the choice sees it.
struct FrontMember {
  std::int64_t number = 0;
  std::map<std::string, search::Measurement> metrics;
};

// "latency_ms <= 10"
struct Condition {
  std::string metric;
  std::string comparison;  // <, <=, > or >=
  double bound = 0.0;
};

bool holds(const Condition& condition, double value);

// The finite number that the whole text is, or nothing.
std::optional<double> read_number(const std::string& text);

// "accuracy within 0.5 % of the best": what the winner may lose of another metric.
struct Tolerance {
  std::string metric;
  double loss = 0.0;
  bool is_share = false;  // of the best value; else in the metric's unit
};

struct FrontQuestion {
  std::vector<Condition> where;
  std::string best;  // a metric; empty with knee: the knee in all objectives
  std::optional<Tolerance> within;
  bool knee = false;
};

// Reads the query parameters where ("latency_ms<=10,macs<3e8"), best, within ("accuracy:0.5%" or
// "accuracy:0.005") and knee ("true"); absent ones are empty. Metrics must be among `metrics`,
// those that the front's members have. Every mistake is recorded under its parameter's name.
FrontQuestion read_front_question(const std::map<std::string, std::string, std::less<>>& query,
                                  const std::vector<std::string>& metrics,
                                  search::FieldErrors& errors);

// At 95 % confidence: the difference of the values lies within the interval of the difference.
bool cannot_be_told(const search::Measurement& a, const search::Measurement& b);

struct FrontChoice {
  std::vector<std::int64_t>
      satisfying;                      // numbers of the members that satisfy where, in their order
  std::optional<std::int64_t> chosen;  // nothing where none satisfies everything
  // Members that satisfy everything and differ from the chosen one in the asked metric by less than
  // their 95 % confidence intervals let tell.
  std::vector<std::int64_t> indistinguishable;
  std::string sentence;
};

FrontChoice choose(const std::vector<FrontMember>& front,
                   const std::vector<search::Objective>& objectives, const FrontQuestion& question);

}  // namespace quarry::server
