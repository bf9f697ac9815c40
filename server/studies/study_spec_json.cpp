// The inverse of parse_study_spec: a spec as the document that is shown and stored, with every
// default filled in. Tested by tests/server/study_spec_test.cpp.
#include <nlohmann/json.hpp>

#include "evaluators/evaluator.hpp"
#include "search/core/metric_name.hpp"
#include "search/network/network.hpp"
#include "search/supernets/json_fields.hpp"
#include "server/studies/study_spec.hpp"

namespace quarry::server {

using nlohmann::json;

namespace {

json plan_to_json(const MetricPlan& plan) {
  json view = search::options_to_json(plan.options);
  view["evaluator"] = plan.evaluator;
  if (!plan.machine.empty()) view["machine"] = plan.machine;
  // A place that is silent about its tags means workers that have its name as one.
  const bool needs_worker = evaluators::find_evaluator(plan.evaluator)->concurrency !=
                            evaluators::Concurrency::kImmediate;
  const bool is_silent =
      plan.tags.empty() && (search::place_of(plan.metric).empty() || !plan.machine.empty());
  if (needs_worker && !is_silent) view["tags"] = plan.tags;
  return view;
}

}  // namespace

json to_json(const StudySpec& spec) {
  json objectives = json::array();
  for (const search::Objective& objective : spec.objectives) {
    json entry = {{"metric", objective.metric},
                  {"goal", objective.goal == search::Goal::kMaximize ? "maximize" : "minimize"}};
    if (objective.reference) entry["reference"] = *objective.reference;
    objectives.push_back(std::move(entry));
  }
  json constraints = json::array();
  for (const search::Constraint& constraint : spec.constraints) {
    json entry = {{"metric", constraint.metric}};
    if (constraint.min) entry["min"] = *constraint.min;
    if (constraint.max) entry["max"] = *constraint.max;
    constraints.push_back(std::move(entry));
  }
  json metrics = json::object();
  for (const MetricPlan& plan : spec.metrics) metrics[plan.metric] = plan_to_json(plan);
  json precisions = json::array();
  for (const search::Precision precision : spec.precisions)
    precisions.push_back(search::to_text(precision));
  json algorithm = search::options_to_json(spec.algorithm_options);
  algorithm["name"] = spec.algorithm;
  json budget = {{"trials", spec.max_trials}};
  if (spec.max_seconds) budget["seconds"] = *spec.max_seconds;
  json document = {{"name", spec.name},
                   {"supernet", spec.supernet},
                   {"objectives", std::move(objectives)},
                   {"constraints", std::move(constraints)},
                   {"metrics", std::move(metrics)},
                   {"precisions", std::move(precisions)},
                   {"algorithm", std::move(algorithm)},
                   {"budget", std::move(budget)},
                   {"seed", spec.seed},
                   {"baselines", spec.baselines},
                   {"seeds", to_json(spec.seeds)},
                   {"final_test", spec.final_test},
                   {"in_flight", spec.in_flight},
                   {"retries", to_json(spec.retries)}};
  if (spec.latency_model != "auto") document["latency_model"] = spec.latency_model;
  if (!spec.weight_schemes.empty()) document["weight_schemes"] = spec.weight_schemes;
  for (const auto& [gene, value] : spec.fixed)
    document["fixed"][gene] = search::value_to_json(value);
  return document;
}

}  // namespace quarry::server
