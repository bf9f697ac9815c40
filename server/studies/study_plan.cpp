// Tested by tests/server/conductor_test.cpp.
#include "server/studies/study_plan.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "search/supernets/json_fields.hpp"

namespace quarry::server {
namespace {

TaskPlan make_plan(const std::string& evaluator, const OptionValues& options,
                   const std::vector<std::string>& tags, const std::string& metric) {
  TaskPlan plan{.evaluator = evaluator, .options = options, .tags = tags, .metrics = {metric}};
  plan.question = plan.key = evaluator + " " + search::options_to_json(options).dump();
  for (const std::string& tag : tags) plan.key += " " + tag;
  if (tags.empty())
    std::tie(plan.fingerprint_id, plan.fingerprint) =
        evaluators::find_evaluator(evaluator)->fingerprint(options);
  return plan;
}

}  // namespace

StudyPlan::StudyPlan(const StudySpec& spec, const evaluators::LoadedSupernet& supernet,
                     evaluators::NetworkPool& pool)
    : spec_(spec),
      supernet_(supernet),
      subspace_(study_subspace(supernet.supernet().space, spec)),
      seeds_(list_seeds(spec.seeds, spec.baselines, supernet.supernet(), subspace_)) {
  const evaluators::EvaluatorEntry* analytic = evaluators::find_evaluator("analytic");
  analytic_ = analytic->make({supernet, pool}, OptionValues::defaults(analytic->options));
  for (const MetricPlan& wanted : spec.metrics) {
    if (is_exact(wanted.metric)) continue;
    TaskPlan plan = make_plan(wanted.evaluator, wanted.options, wanted.tags, wanted.metric);
    const auto same = std::ranges::find(tasks_, plan.key, &TaskPlan::key);
    if (same != tasks_.end()) {
      same->metrics.push_back(wanted.metric);
    } else {
      tasks_.push_back(std::move(plan));
    }
    const bool tunes_on_validation = wanted.metric == "accuracy" &&
                                     wanted.evaluator == "validation" && wanted.tags.empty() &&
                                     wanted.options.text("split") == "validation";
    if (spec.final_test && tunes_on_validation && supernet.dataset().test.count() > 0) {
      OptionValues options = wanted.options;
      options.set("split", std::string("test"));
      options.set("images", std::int64_t{0});
      final_test_ = make_plan(wanted.evaluator, options, {}, "test_accuracy");
    }
  }
}

std::string StudyPlan::supernet_key() const { return supernet().name + "@" + supernet_.version(); }

std::map<std::string, search::Measurement> StudyPlan::exact_metrics(
    const search::Genome& genome) const {
  return analytic_->evaluate(std::span(&genome, 1), {}).front().metrics;
}

// A search asks for every exact metric of a genome in turn, thousands of genomes a batch: the
// network is built once for all of them.
double StudyPlan::exact_value(const search::Genome& small, const std::string& metric) const {
  if (last_exact_.genome != small) last_exact_ = {small, exact_metrics(subspace_.expand(small))};
  return last_exact_.metrics.at(metric).value;
}

std::string StudyPlan::baseline_name(const search::Genome& genome) const {
  if (!spec_.baselines) return "";
  const auto found = std::ranges::find(supernet().baselines, genome, &search::Baseline::genome);
  return found == supernet().baselines.end() ? "" : found->name;
}

SeedPlace StudyPlan::seed_place(const search::Genome& genome) const {
  const SeedPlace* place = seeds_.find(genome);
  return place == nullptr ? SeedPlace{} : *place;
}

bool StudyPlan::is_exact(const std::string& metric) const {
  const auto plan = std::ranges::find(spec_.metrics, metric, &MetricPlan::metric);
  return evaluators::find_evaluator(plan->evaluator)->concurrency ==
         evaluators::Concurrency::kImmediate;
}

std::vector<search::Bound> StudyPlan::bounds() const {
  std::vector<search::Bound> bounds;
  for (const search::Constraint& constraint : spec_.constraints) {
    const std::size_t count = search::margins(constraint, 0.0).size();
    const auto objective =
        std::ranges::find(spec_.objectives, constraint.metric, &search::Objective::metric);
    for (std::size_t i = 0; i < count; ++i) {
      const auto margin = [&constraint, i](double value) {
        return search::margins(constraint, value)[i];
      };
      search::Bound bound;
      if (objective != spec_.objectives.end()) {
        // A margin is a straight line in the metric, so two of its points tell slope and offset.
        const double at_one = margin(search::to_minimised(objective->goal, 1.0));
        bound.objective = static_cast<std::size_t>(objective - spec_.objectives.begin());
        bound.offset = margin(0.0);
        bound.slope = at_one - bound.offset;
      } else if (is_exact(constraint.metric)) {
        bound.exact = [this, &constraint, margin](const search::Genome& genome) {
          return margin(exact_value(genome, constraint.metric));
        };
      }
      bounds.push_back(std::move(bound));
    }
  }
  return bounds;
}

search::Problem StudyPlan::problem() const {
  search::Problem problem{.space = &subspace_.space(), .objectives = spec_.objectives.size()};
  for (const search::Objective& objective : spec_.objectives) {
    problem.exact.emplace_back();
    if (!is_exact(objective.metric)) continue;
    problem.exact.back() = [this, &objective](const search::Genome& genome) {
      return search::to_minimised(objective.goal, exact_value(genome, objective.metric));
    };
  }
  problem.bounds = bounds();
  problem.seeds = seeds_.genomes();
  return problem;
}

}  // namespace quarry::server
