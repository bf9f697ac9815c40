// Tested by tests/server/front_choice_test.cpp.
#include "server/studies/front_choice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "search/core/metric.hpp"
#include "search/core/metric_name.hpp"
#include "search/pareto/indicators.hpp"

namespace quarry::server {
bool holds(const Condition& condition, double value) {
  if (condition.comparison == "<") return value < condition.bound;
  if (condition.comparison == "<=") return value <= condition.bound;
  if (condition.comparison == ">") return value > condition.bound;
  return value >= condition.bound;
}

std::optional<double> read_number(const std::string& text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

namespace {

using search::Goal;
using Members = std::vector<const FrontMember*>;

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(' ');
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

bool check_metric(const std::string& metric, const std::vector<std::string>& metrics,
                  const std::string& parameter, search::FieldErrors& errors) {
  if (std::ranges::find(metrics, metric) != metrics.end()) return true;
  errors.push_back({parameter, "no member has a metric \"" + metric + "\"" +
                                   search::did_you_mean(metric, metrics) + "; known are " +
                                   search::one_of(metrics)});
  return false;
}

void read_condition(const std::string& text, const std::vector<std::string>& metrics,
                    FrontQuestion& question, search::FieldErrors& errors) {
  const std::size_t at = text.find_first_of("<>");
  if (at == std::string::npos) {
    errors.push_back({"where", "must be METRIC<=NUMBER (or <, >, >=), got \"" + text + "\""});
    return;
  }
  const std::size_t length = at + 1 < text.size() && text[at + 1] == '=' ? 2 : 1;
  const std::string metric = trimmed(text.substr(0, at));
  const std::string bound = trimmed(text.substr(at + length));
  const auto value = read_number(bound);
  if (!value) errors.push_back({"where", "\"" + bound + "\" of \"" + text + "\" is no number"});
  if (check_metric(metric, metrics, "where", errors) && value)
    question.where.push_back({metric, text.substr(at, length), *value});
}

void read_tolerance(const std::string& text, const std::vector<std::string>& metrics,
                    FrontQuestion& question, search::FieldErrors& errors) {
  const std::size_t colon = text.find(':');
  std::string loss = colon == std::string::npos ? "" : trimmed(text.substr(colon + 1));
  Tolerance tolerance{.metric = trimmed(text.substr(0, colon)), .is_share = loss.ends_with('%')};
  if (tolerance.is_share) loss = trimmed(loss.substr(0, loss.size() - 1));
  const auto value = read_number(loss);
  if (!value || *value < 0.0) {
    errors.push_back(
        {"within",
         "must be METRIC:LOSS such as accuracy:0.005 or accuracy:0.5%, got \"" + text + "\""});
    return;
  }
  tolerance.loss = tolerance.is_share ? *value / 100.0 : *value;
  if (check_metric(tolerance.metric, metrics, "within", errors)) question.within = tolerance;
}

Goal goal_of(const std::string& metric, const std::vector<search::Objective>& objectives) {
  for (const search::Objective& objective : objectives) {
    if (objective.metric == metric) return objective.goal;
  }
  const search::Metric* known = search::find_metric(search::metric_of(metric));
  return known == nullptr ? Goal::kMinimize : known->better;
}

double value_of(const FrontMember& member, const std::string& metric) {
  return member.metrics.at(metric).value;
}

bool holds(const Condition& condition, const FrontMember& member) {
  const auto found = member.metrics.find(condition.metric);
  if (found == member.metrics.end()) return false;
  return holds(condition, found->second.value);
}

bool is_better(double a, double b, Goal goal) { return goal == Goal::kMaximize ? a > b : a < b; }

Members having(const Members& members, const std::string& metric) {
  Members found;
  for (const FrontMember* member : members) {
    if (member->metrics.contains(metric)) found.push_back(member);
  }
  return found;
}

const FrontMember* best_of(const Members& members, const std::string& metric, Goal goal) {
  const FrontMember* best = nullptr;
  for (const FrontMember* member : members) {
    if (best == nullptr || is_better(value_of(*member, metric), value_of(*best, metric), goal))
      best = member;
  }
  return best;
}

Members within(const Members& members, const Tolerance& tolerance, Goal goal) {
  const Members all = having(members, tolerance.metric);
  const FrontMember* best = best_of(all, tolerance.metric, goal);
  if (best == nullptr) return {};
  const double top = value_of(*best, tolerance.metric);
  const double loss = tolerance.is_share ? tolerance.loss * std::abs(top) : tolerance.loss;
  Members kept;
  for (const FrontMember* member : all) {
    if (std::abs(value_of(*member, tolerance.metric) - top) <= loss * (1.0 + 1e-12))
      kept.push_back(member);
  }
  return kept;
}

const FrontMember* knee_of(const Members& members,
                           const std::vector<search::Objective>& objectives) {
  search::Points points(objectives.size());
  for (const FrontMember* member : members) {
    std::vector<double> point;
    for (const search::Objective& objective : objectives)
      point.push_back(search::to_minimised(objective.goal, value_of(*member, objective.metric)));
    points.add(point);
  }
  const auto knee = search::knee_point(points);
  return knee ? members[*knee] : nullptr;
}

std::string shown(const std::string& metric, double value) {
  if (search::metric_of(metric).ends_with("accuracy")) return fmt::format("{:.2f} %", value * 100);
  return fmt::format("{:.6g}", value);
}

std::string conditions_text(const FrontQuestion& question) {
  std::string text;
  for (const Condition& condition : question.where)
    text += (text.empty() ? " with " : " and ") + condition.metric + " " + condition.comparison +
            " " + fmt::format("{:g}", condition.bound);
  if (question.within) {
    const Tolerance& tolerance = *question.within;
    text += (text.empty() ? " with " : " and ") + tolerance.metric + " within " +
            (tolerance.is_share ? fmt::format("{:g} %", tolerance.loss * 100)
                                : shown(tolerance.metric, tolerance.loss)) +
            " of the best";
  }
  return text;
}

std::string numbers_text(const std::vector<std::int64_t>& numbers) {
  std::string text;
  for (std::size_t i = 0; i < numbers.size(); ++i)
    text += (i == 0 ? "" : i + 1 < numbers.size() ? ", " : " and ") + std::to_string(numbers[i]);
  return text;
}

std::string sentence_of(const FrontMember& chosen, const FrontQuestion& question,
                        const std::vector<search::Objective>& objectives, std::size_t candidates,
                        std::size_t all, const std::vector<std::int64_t>& twins) {
  if (all == 1) return fmt::format("Trial {} is the only member of the front.", chosen.number);
  std::string text = fmt::format("Trial {} ", chosen.number);
  const std::string among = candidates == all
                                ? fmt::format("the {} members of the front", all)
                                : fmt::format("the {} of {} members of the front{}", candidates,
                                              all, conditions_text(question));
  if (question.best.empty()) {
    text += "is the knee of " + among +
            ": beyond it every gain in one objective costs more of the "
            "others";
  } else {
    const bool most = goal_of(question.best, objectives) == Goal::kMaximize;
    text += fmt::format("has the {} {} ({}) of {}", most ? "highest" : "lowest", question.best,
                        shown(question.best, value_of(chosen, question.best)), among);
  }
  if (!twins.empty())
    text += fmt::format("; at 95 % confidence it cannot be told from trial{} {}",
                        twins.size() == 1 ? "" : "s", numbers_text(twins));
  return text + ".";
}

}  // namespace

bool cannot_be_told(const search::Measurement& a, const search::Measurement& b) {
  return std::abs(a.value - b.value) <= std::hypot(a.spread, b.spread);
}

FrontQuestion read_front_question(const std::map<std::string, std::string, std::less<>>& query,
                                  const std::vector<std::string>& metrics,
                                  search::FieldErrors& errors) {
  FrontQuestion question;
  const auto given = [&](const char* name) {
    const auto found = query.find(name);
    return found == query.end() ? std::string() : found->second;
  };
  std::string conditions = given("where");
  while (!conditions.empty()) {
    const std::size_t comma = conditions.find(',');
    read_condition(trimmed(conditions.substr(0, comma)), metrics, question, errors);
    conditions = comma == std::string::npos ? "" : conditions.substr(comma + 1);
  }
  question.best = given("best");
  if (!question.best.empty()) check_metric(question.best, metrics, "best", errors);
  if (const std::string text = given("within"); !text.empty())
    read_tolerance(text, metrics, question, errors);
  const std::string knee = given("knee");
  question.knee = knee == "true";
  if (!knee.empty() && knee != "true" && knee != "false")
    errors.push_back({"knee", "must be true or false, got \"" + knee + "\""});
  if (question.knee && !question.best.empty())
    errors.push_back({"knee", "is another choice than best: give one of them"});
  if (question.within && question.best.empty() && !question.knee)
    errors.push_back({"within", "says what the best may lose: give best too"});
  return question;
}

FrontChoice choose(const std::vector<FrontMember>& front,
                   const std::vector<search::Objective>& objectives,
                   const FrontQuestion& question) {
  Members members;
  FrontChoice choice;
  for (const FrontMember& member : front) {
    const bool all_hold = std::ranges::all_of(
        question.where, [&](const Condition& condition) { return holds(condition, member); });
    if (!all_hold) continue;
    members.push_back(&member);
    choice.satisfying.push_back(member.number);
  }
  if (!question.knee && question.best.empty()) return choice;
  if (question.within)
    members = within(members, *question.within, goal_of(question.within->metric, objectives));
  if (!question.best.empty()) members = having(members, question.best);
  const FrontMember* chosen =
      question.knee ? knee_of(members, objectives)
                    : best_of(members, question.best, goal_of(question.best, objectives));
  if (chosen == nullptr) {
    choice.sentence = fmt::format("None of the {} members of the front is one{}.", front.size(),
                                  conditions_text(question));
    return choice;
  }
  choice.chosen = chosen->number;
  if (!question.best.empty()) {
    const search::Measurement& top = chosen->metrics.at(question.best);
    for (const FrontMember* member : members) {
      if (member != chosen && cannot_be_told(top, member->metrics.at(question.best)))
        choice.indistinguishable.push_back(member->number);
    }
  }
  choice.sentence = sentence_of(*chosen, question, objectives, members.size(), front.size(),
                                choice.indistinguishable);
  return choice;
}

}  // namespace quarry::server
