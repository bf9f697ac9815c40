// Tested by tests/server/latency_prior_test.cpp.
#include "server/studies/latency_prior.hpp"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "evaluators/evaluator.hpp"
#include "evaluators/hash.hpp"
#include "search/core/rng.hpp"

namespace quarry::server {
namespace {

// The plan of latency, if it is measured as the table's networks were.
const MetricPlan* latency_plan(const StudySpec& spec) {
  const auto plan = std::ranges::find(spec.metrics, "latency_ms", &MetricPlan::metric);
  // One that names its machine is the same study wherever it is read, so it has none.
  const bool is_here = plan != spec.metrics.end() && plan->tags.empty() && plan->machine.empty();
  if (!is_here || plan->evaluator != "onednn") return nullptr;
  return plan->options.text("cache") == "warm" ? &*plan : nullptr;
}

std::size_t batch_of(const MetricPlan& plan, const search::Supernet& supernet) {
  const std::int64_t batch = plan.options.integer("batch");
  return static_cast<std::size_t>(batch == 0 ? supernet.latency_batch : batch);
}

// Calls visit with what is predicted of a few random networks of the space, always the same ones.
template <typename Visit>
void predict_some(evaluators::LatencyForecast& forecast, const search::SearchSpace& space,
                  const std::function<search::Genome(const search::Genome&)>& expand,
                  const Visit& visit) {
  constexpr int kNetworks = 16;
  search::Rng rng(1);
  for (int i = 0; i < kNetworks; ++i) {
    if (const auto predicted = forecast.predict(expand(space.random(rng)))) visit(*predicted);
  }
}

evaluators::LatencyForecast forecast_of(const MetricPlan& plan,
                                        const evaluators::LoadedSupernet& supernet,
                                        evaluators::LatencyModel model) {
  return {supernet, batch_of(plan, supernet.supernet()),
          static_cast<int>(plan.options.integer("threads")), std::move(model)};
}

// Of all that networks of the study take: how much is of steps that were never timed.
double estimated_share(const StudySpec& spec, const MetricPlan& plan,
                       const evaluators::LoadedSupernet& supernet,
                       const evaluators::LatencyModel& model) {
  evaluators::LatencyForecast forecast = forecast_of(plan, supernet, model);
  const search::Subspace searched = study_subspace(supernet.supernet().space, spec);
  double sum = 0.0;
  double estimated = 0.0;
  predict_some(
      forecast, searched.space(),
      [&](const search::Genome& small) { return searched.expand(small); },
      [&](const evaluators::LatencyPrediction& predicted) {
        sum += predicted.sum_ms;
        estimated += predicted.estimated_ms;
      });
  return sum > 0.0 ? estimated / sum : 1.0;
}

}  // namespace

std::string choose_latency_model(const StudySpec& spec, const evaluators::LoadedSupernet& supernet,
                                 OperatorKnowledge operators) {
  const MetricPlan* plan = latency_plan(spec);
  if (plan == nullptr || spec.latency_model == "none") return "";
  const std::string fingerprint = evaluators::find_evaluator(plan->evaluator)
                                      ->fingerprint(plan->options, evaluators::kNoResources)
                                      .first;
  const auto model = evaluators::fit_latency_model(fingerprint, operators.times.table(fingerprint));
  constexpr double kMostEstimated = 0.5;
  if (!model || estimated_share(spec, *plan, supernet, *model) > kMostEstimated) return "";
  const std::string text = evaluators::to_json(*model).dump();
  const std::string id = "lm_" + evaluators::hash_text({text});
  operators.store.save_model(id, text);
  return id;
}

LatencyPrior::LatencyPrior(const MetricPlan& plan, const evaluators::LoadedSupernet& supernet,
                           evaluators::LatencyModel model)
    : forecast_(forecast_of(plan, supernet, std::move(model))) {
  predict_some(
      forecast_, supernet.supernet().space, [](const search::Genome& genome) { return genome; },
      [&](const evaluators::LatencyPrediction& predicted) {
        slowest_ms_ = std::max(slowest_ms_, predicted.mean_ms);
      });
}

double LatencyPrior::expected_ms(const search::Genome& genome) {
  // A search asks for objective and bounds of a genome in turn.
  if (genome == last_) return last_ms_;
  const auto predicted = forecast_.predict(genome);
  last_ = genome;
  // What cannot be compiled would fail: nobody should look for it.
  last_ms_ = predicted ? predicted->mean_ms : 10.0 * slowest_ms_;
  return last_ms_;
}

std::unique_ptr<LatencyPrior> latency_prior(const StudySpec& spec,
                                            const evaluators::LoadedSupernet& supernet,
                                            const LatencyModels& models) {
  const MetricPlan* plan = latency_plan(spec);
  if (plan == nullptr || !names_latency_model(spec)) return nullptr;
  const auto model = models(spec.latency_model);
  if (!model)
    throw std::runtime_error("its latency model " + spec.latency_model +
                             " is not in this database; the study cannot go on, its results stay");
  return std::make_unique<LatencyPrior>(*plan, supernet,
                                        evaluators::model_from_json(nlohmann::json::parse(*model)));
}

std::unique_ptr<LatencyPrior> latency_prior(const StudySpec& spec,
                                            const evaluators::LoadedSupernet& supernet,
                                            const OperatorKnowledge* operators) {
  return latency_prior(spec, supernet, [&](const std::string& id) {
    return operators == nullptr ? std::nullopt : operators->store.model(id);
  });
}

}  // namespace quarry::server
