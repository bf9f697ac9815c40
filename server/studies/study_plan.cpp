// Tested by tests/server/conductor_test.cpp.
#include "server/studies/study_plan.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "search/supernets/json_fields.hpp"

namespace quarry::server {
namespace {

TaskPlan make_plan(const std::string& evaluator, const OptionValues& options,
                   const std::string& metric) {
  const auto [id, text] = evaluators::find_evaluator(evaluator)->fingerprint(options);
  return {evaluator, options, {metric}, plan_key(evaluator, options), id, text};
}

}  // namespace

std::string plan_key(const std::string& evaluator, const OptionValues& options) {
  return evaluator + " " + search::options_to_json(options).dump();
}

StudyPlan::StudyPlan(const StudySpec& spec, const evaluators::LoadedSupernet& supernet,
                     evaluators::NetworkPool& pool)
    : spec_(spec), supernet_(supernet) {
  const evaluators::EvaluatorEntry* analytic = evaluators::find_evaluator("analytic");
  analytic_ = analytic->make({supernet, pool}, OptionValues::defaults(analytic->options));
  for (const MetricPlan& wanted : spec.metrics) {
    if (is_exact(wanted.metric)) continue;
    const std::string key = plan_key(wanted.evaluator, wanted.options);
    const auto same = std::ranges::find(tasks_, key, &TaskPlan::key);
    if (same != tasks_.end()) {
      same->metrics.push_back(wanted.metric);
    } else {
      tasks_.push_back(make_plan(wanted.evaluator, wanted.options, wanted.metric));
    }
    const bool tunes_on_validation = wanted.metric == "accuracy" &&
                                     wanted.evaluator == "validation" &&
                                     wanted.options.text("split") == "validation";
    if (spec.final_test && tunes_on_validation && supernet.dataset().test.count() > 0) {
      OptionValues options = wanted.options;
      options.set("split", std::string("test"));
      options.set("images", std::int64_t{0});
      final_test_ = make_plan(wanted.evaluator, options, "test_accuracy");
    }
  }
}

std::string StudyPlan::supernet_key() const { return supernet().name + "@" + supernet_.version(); }

const TaskPlan* StudyPlan::find_task(const std::string& key) const {
  const auto found = std::ranges::find(tasks_, key, &TaskPlan::key);
  return found == tasks_.end() ? nullptr : &*found;
}

std::map<std::string, search::Measurement> StudyPlan::exact_metrics(
    const search::Genome& genome) const {
  return analytic_->evaluate(std::span(&genome, 1), {}).front().metrics;
}

std::string StudyPlan::baseline_name(const search::Genome& genome) const {
  if (!spec_.baselines) return "";
  const auto found = std::ranges::find(supernet().baselines, genome, &search::Baseline::genome);
  return found == supernet().baselines.end() ? "" : found->name;
}

bool StudyPlan::is_exact(const std::string& metric) const {
  const auto plan = std::ranges::find(spec_.metrics, metric, &MetricPlan::metric);
  return evaluators::find_evaluator(plan->evaluator)->concurrency ==
         evaluators::Concurrency::kImmediate;
}

double StudyPlan::known_violation(const search::Genome& genome,
                                  std::span<const double> objectives) const {
  double total = 0.0;
  for (const search::Constraint& constraint : spec_.constraints) {
    const auto objective =
        std::ranges::find(spec_.objectives, constraint.metric, &search::Objective::metric);
    if (objective != spec_.objectives.end()) {
      const auto k = static_cast<std::size_t>(objective - spec_.objectives.begin());
      const double value = search::to_minimised(objective->goal, objectives[k]);
      total += search::violation(constraint, value);
    } else if (is_exact(constraint.metric)) {
      total += search::violation(constraint, exact_metrics(genome).at(constraint.metric).value);
    }
  }
  return total;
}

search::Problem StudyPlan::problem() const {
  search::Problem problem{.space = &supernet().space, .objectives = spec_.objectives.size()};
  for (const search::Objective& objective : spec_.objectives) {
    problem.exact.emplace_back();
    if (!is_exact(objective.metric)) continue;
    problem.exact.back() = [this, &objective](const search::Genome& genome) {
      const double value = exact_metrics(genome).at(objective.metric).value;
      return search::to_minimised(objective.goal, value);
    };
  }
  if (!spec_.constraints.empty()) {
    problem.known_violation = [this](const search::Genome& genome,
                                     std::span<const double> objectives) {
      return known_violation(genome, objectives);
    };
  }
  if (spec_.baselines) {
    for (const search::Baseline& baseline : supernet().baselines) {
      const bool fresh = std::ranges::find(problem.seeds, baseline.genome) == problem.seeds.end();
      if (fresh) problem.seeds.push_back(baseline.genome);
    }
  }
  return problem;
}

}  // namespace quarry::server
