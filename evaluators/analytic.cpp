// The metrics with a closed formula: exact, the same on every machine, in microseconds.
#include "evaluators/evaluator.hpp"
#include "search/network/cost.hpp"

namespace quarry::evaluators {
namespace {

search::Measurement exact(std::int64_t value) {
  return {.value = static_cast<double>(value),
          .spread = 0.0,
          .samples = 1,
          .source = search::Source::kExact,
          .fingerprint = ""};
}

class Analytic final : public Evaluator {
 public:
  explicit Analytic(const search::Supernet& supernet) : supernet_(supernet) {}

  std::vector<Evaluation> evaluate(std::span<const search::Genome> candidates,
                                   std::stop_token) override {
    std::vector<Evaluation> evaluations;
    for (const search::Genome& genome : candidates) {
      const search::Cost cost = search::cost_of(supernet_.network(genome));
      evaluations.push_back({.metrics = {{"macs", exact(cost.macs)},
                                         {"params", exact(cost.params)},
                                         {"model_size_bytes", exact(cost.model_size_bytes)}},
                             .failure = ""});
    }
    return evaluations;
  }

 private:
  const search::Supernet& supernet_;
};

}  // namespace

EvaluatorEntry analytic_evaluator() {
  return {
      .name = "analytic",
      .summary = "Closed formulas over the network's operators",
      .metrics = {"macs", "params", "model_size_bytes"},
      .concurrency = Concurrency::kImmediate,
      .options = {},
      .unavailable = [](const LoadedSupernet&, const OptionValues&) -> std::optional<std::string> {
        return std::nullopt;
      },
      .fingerprint = [](const OptionValues&) { return std::pair<std::string, std::string>(); },
      .make = [](EvaluatorContext context, const OptionValues&) -> std::unique_ptr<Evaluator> {
        return std::make_unique<Analytic>(context.supernet.supernet());
      }};
}

}  // namespace quarry::evaluators
