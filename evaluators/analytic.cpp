// The metrics with a closed formula: exact, the same on every machine, in microseconds.
#include "evaluators/evaluator.hpp"
#include "search/network/cost.hpp"

namespace quarry::evaluators {
namespace {

search::Measurement exact(double value) {
  return {.value = value,
          .spread = 0.0,
          .samples = 1,
          .source = search::Source::kExact,
          .fingerprint = ""};
}

search::Measurement exact(std::int64_t value) { return exact(static_cast<double>(value)); }

class Analytic final : public Evaluator {
 public:
  explicit Analytic(const search::Supernet& supernet) : supernet_(supernet) {}

  std::vector<Evaluation> evaluate(std::span<const search::Genome> candidates,
                                   std::stop_token) override {
    std::vector<Evaluation> evaluations;
    for (const search::Genome& genome : candidates) {
      const search::Network network = supernet_.network(genome);
      const auto cost = supernet_.reported_cost(genome, network);
      evaluations.push_back(
          {.metrics = {{"macs", exact(cost.macs)},
                       {"params", exact(cost.params)},
                       {"model_size_bytes", exact(cost.model_size_bytes)},
                       {"peak_activation_bytes", exact(search::peak_activation_bytes(network))},
                       {"operators", exact(static_cast<std::int64_t>(network.operators.size()))},
                       {"int8_share", exact(search::int8_share(network))}},
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
      .metrics = {"macs", "params", "model_size_bytes", "peak_activation_bytes", "operators",
                  "int8_share"},
      .concurrency = Concurrency::kImmediate,
      .options = {},
      .unavailable = [](const LoadedSupernet&, const OptionValues&) -> std::optional<std::string> {
        return std::nullopt;
      },
      .fingerprint = [](const OptionValues&,
                        const Resources&) { return std::pair<std::string, std::string>(); },
      .make = [](EvaluatorContext context, const OptionValues&) -> std::unique_ptr<Evaluator> {
        return std::make_unique<Analytic>(context.supernet.supernet());
      }};
}

}  // namespace quarry::evaluators
