// Tested by tests/server/conductor_test.cpp.
#include "server/studies/study_plan.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "search/core/metric_name.hpp"
#include "search/supernets/json_fields.hpp"

namespace quarry::server {
namespace {

std::string question_of(const std::string& evaluator, const OptionValues& options) {
  return evaluator + " " + search::options_to_json(options).dump();
}

TaskPlan make_plan(const std::string& evaluator, const OptionValues& options,
                   const std::vector<std::string>& tags, const std::string& machine,
                   const std::string& metric, const evaluators::Resources& resources) {
  TaskPlan plan{.evaluator = evaluator,
                .options = options,
                .tags = tags,
                .machine = machine,
                .metrics = {metric},
                .asked = {std::string(search::metric_of(metric))}};
  plan.question = plan.key = question_of(evaluator, options);
  for (const std::string& tag : tags) plan.key += " " + tag;
  if (!machine.empty()) plan.key += " on " + machine;
  if (!plan.is_elsewhere())
    std::tie(plan.fingerprint_id, plan.fingerprint) =
        evaluators::find_evaluator(evaluator)->fingerprint(options, resources);
  return plan;
}

}  // namespace

std::map<std::string, search::Measurement> TaskPlan::named(
    const std::map<std::string, search::Measurement>& brought) const {
  std::map<std::string, search::Measurement> mine;
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    const auto found = brought.find(asked[i]);
    if (found != brought.end()) mine[metrics[i]] = found->second;
  }
  return mine;
}

StudyPlan::StudyPlan(const StudySpec& spec, const evaluators::LoadedSupernet& supernet,
                     evaluators::NetworkPool& pool, const evaluators::Resources& resources,
                     std::unique_ptr<LatencyPrior> prior)
    : spec_(spec),
      supernet_(supernet),
      subspace_(study_subspace(supernet.supernet().space, spec)),
      seeds_(list_seeds(spec.seeds, spec.baselines, supernet.supernet(), subspace_)),
      prior_(std::move(prior)) {
  const evaluators::EvaluatorContext context{supernet, pool, resources};
  const OptionValues none = OptionValues::defaults(evaluators::find_evaluator("analytic")->options);
  add_immediate("analytic", none, context);
  for (const MetricPlan& wanted : spec.metrics) {
    if (is_immediate(wanted.metric)) {
      immediate_of_[wanted.metric] = add_immediate(wanted.evaluator, wanted.options, context);
      continue;
    }
    TaskPlan plan =
        make_plan(wanted.evaluator, wanted.options, wanted.tags,
                  is_measured_here(wanted) ? "" : wanted.machine, wanted.metric, resources);
    const auto same = std::ranges::find(tasks_, plan.key, &TaskPlan::key);
    if (same != tasks_.end()) {
      same->metrics.push_back(wanted.metric);
      same->asked.push_back(plan.asked.front());
    } else {
      tasks_.push_back(std::move(plan));
    }
    const bool tunes_on_validation = wanted.metric == "accuracy" &&
                                     wanted.evaluator == "validation" && is_measured_here(wanted) &&
                                     wanted.options.text("split") == "validation";
    if (spec.final_test && tunes_on_validation && supernet.dataset().test.count() > 0) {
      OptionValues options = wanted.options;
      options.set("split", std::string("test"));
      options.set("images", std::int64_t{0});
      final_test_ = make_plan(wanted.evaluator, options, {}, "", "test_accuracy", resources);
    }
  }
}

std::string StudyPlan::supernet_key() const { return supernet().name + "@" + supernet_.version(); }

std::size_t StudyPlan::add_immediate(const std::string& evaluator, const OptionValues& options,
                                     const evaluators::EvaluatorContext& context) {
  std::string key = question_of(evaluator, options);
  const auto same = std::ranges::find(immediate_, key, &Immediate::key);
  if (same != immediate_.end()) return static_cast<std::size_t>(same - immediate_.begin());
  immediate_.push_back({.key = std::move(key),
                        .evaluator = evaluators::find_evaluator(evaluator)->make(context, options),
                        .genome = {},
                        .metrics = {}});
  return immediate_.size() - 1;
}

std::map<std::string, search::Measurement> StudyPlan::immediate_metrics(
    const search::Genome& genome) const {
  using Metrics = std::map<std::string, search::Measurement>;
  std::vector<Metrics> answers;
  for (const Immediate& immediate : immediate_)
    answers.push_back(immediate.evaluator->evaluate(std::span(&genome, 1), {}).front().metrics);
  Metrics all = answers.front();  // of every formula
  for (const auto& [metric, place] : immediate_of_)
    all.emplace(metric, answers[place].at(std::string(search::metric_of(metric))));
  return all;
}

// A search asks for every exact metric of a genome in turn, thousands of genomes a batch: the
// network is built once for all of them.
double StudyPlan::immediate_value(const search::Genome& small, const std::string& metric) const {
  Immediate& immediate = immediate_[immediate_of_.at(metric)];
  if (immediate.genome != small) {
    const search::Genome genome = subspace_.expand(small);
    immediate.metrics = immediate.evaluator->evaluate(std::span(&genome, 1), {}).front().metrics;
    immediate.genome = small;
  }
  return immediate.metrics.at(std::string(search::metric_of(metric))).value;
}

bool StudyPlan::has_prior(const std::string& metric) const {
  return prior_ != nullptr && metric == "latency_ms";
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

bool StudyPlan::is_immediate(const std::string& metric) const {
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
      } else if (is_immediate(constraint.metric)) {
        bound.exact = [this, &constraint, margin](const search::Genome& genome) {
          return margin(immediate_value(genome, constraint.metric));
        };
      } else if (has_prior(constraint.metric)) {
        bound.prior = [this, margin](const search::Genome& genome) {
          return margin(prior_->expected_ms(subspace_.expand(genome)));
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
    if (prior_ != nullptr) problem.prior.emplace_back();
    problem.exact.emplace_back();
    if (has_prior(objective.metric)) {
      problem.prior.back() = [this, &objective](const search::Genome& genome) {
        return search::to_minimised(objective.goal, prior_->expected_ms(subspace_.expand(genome)));
      };
    }
    if (!is_immediate(objective.metric)) continue;
    problem.exact.back() = [this, &objective](const search::Genome& genome) {
      return search::to_minimised(objective.goal, immediate_value(genome, objective.metric));
    };
  }
  problem.bounds = bounds();
  problem.seeds = seeds_.genomes();
  return problem;
}

}  // namespace quarry::server
