// A metric that a program of the user's own measures. Its tasks are claimed and completed over the
// API; what it says is stored as reported.
#include "evaluators/evaluator.hpp"
#include "search/core/metric.hpp"

namespace quarry::evaluators {
namespace {

// No task of it comes to a worker of ours; one that did would fail with this reason.
class External final : public Evaluator {
 public:
  std::vector<Evaluation> evaluate(std::span<const search::Genome> candidates,
                                   std::stop_token) override {
    return std::vector<Evaluation>(
        candidates.size(), {.metrics = {}, .failure = "only the user's own program measures this"});
  }
};

std::vector<std::string> measured_metrics() {
  std::vector<std::string> names;
  for (const search::Metric& metric : search::known_metrics()) {
    const EvaluatorEntry analytic = analytic_evaluator();
    bool has_formula = false;
    for (const std::string& exact : analytic.metrics) has_formula |= exact == metric.name;
    if (!has_formula) names.push_back(metric.name);
  }
  return names;
}

}  // namespace

EvaluatorEntry external_evaluator() {
  return {
      .name = kExternal,
      .summary = "Your own program: it claims tasks over the API and reports what it measured",
      .metrics = measured_metrics(),
      .concurrency = Concurrency::kShared,
      .options = {},
      .unavailable = [](const LoadedSupernet&, const OptionValues&) -> std::optional<std::string> {
        return std::nullopt;
      },
      .fingerprint = [](const OptionValues&,
                        const Resources&) { return std::pair<std::string, std::string>(); },
      .make = [](EvaluatorContext, const OptionValues&) -> std::unique_ptr<Evaluator> {
        return std::make_unique<External>();
      }};
}

}  // namespace quarry::evaluators
