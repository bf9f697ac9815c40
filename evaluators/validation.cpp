// Accuracy, measured: the compiled network over the supernet's validation images (or, by option,
// the official test set).
#include <algorithm>
#include <cmath>

#include "evaluators/classification.hpp"
#include "evaluators/evaluator.hpp"
#include "evaluators/fingerprint.hpp"
#include "evaluators/onednn/onednn_info.hpp"

namespace quarry::evaluators {
namespace {

class Validation final : public Evaluator {
 public:
  Validation(EvaluatorContext context, const OptionValues& options)
      : context_(context),
        images_(options.text("split") == "test" ? context.supernet.dataset().test
                                                : context.supernet.dataset().validation),
        count_(options.integer("images") == 0
                   ? images_.count()
                   : static_cast<std::size_t>(options.integer("images"))),
        threads_(static_cast<int>(options.integer("threads"))) {}

  std::vector<Evaluation> evaluate(std::span<const search::Genome> candidates,
                                   std::stop_token stop) override {
    std::vector<Evaluation> evaluations;
    for (const search::Genome& genome : candidates)
      evaluations.push_back(evaluate_one(genome, stop));
    return evaluations;
  }

 private:
  Evaluation evaluate_one(const search::Genome& genome, std::stop_token stop) {
    // The batch that latency is measured at by default: both then share one compiled network.
    const auto batch = static_cast<std::size_t>(context_.supernet.supernet().latency_batch);
    CompileResult compiled = context_.pool.take(context_.supernet, genome, batch, threads_);
    if (!compiled.network) return {.metrics = {}, .failure = compiled.failure};
    const Logits logits = compute_logits(*compiled.network, images_, count_, stop);
    context_.pool.give_back(context_.supernet, genome, std::move(compiled.network));
    if (stop.stop_requested()) return {.metrics = {}, .failure = "stopped"};
    if (!std::ranges::all_of(logits.values, [](float v) { return std::isfinite(v); })) {
      return {.metrics = {},
              .failure = "the network's outputs are not finite: its precision overflows"};
    }
    const double accuracy = top1_accuracy(logits, images_.labels);
    const auto count = static_cast<double>(logits.images());
    return {
        .metrics = {{"accuracy",
                     {.value = accuracy,
                      .spread = 1.96 * std::sqrt(accuracy * (1.0 - accuracy) / count),  // binomial
                      .samples = static_cast<std::int64_t>(logits.images()),
                      .source = search::Source::kMeasured,
                      .fingerprint = fingerprint_id(machine_fingerprint(threads_))}}},
        .failure = ""};
  }

  EvaluatorContext context_;
  const LabelledImages& images_;
  std::size_t count_;
  int threads_;
};

}  // namespace

EvaluatorEntry validation_evaluator() {
  return {.name = "validation",
          .summary =
              "Top-1 on images that training never saw, run by oneDNN at the policy's precisions",
          .metrics = {"accuracy"},
          .concurrency = Concurrency::kShared,
          .options = {{.name = "split",
                       .type = OptionType::kText,
                       .fallback = std::string("validation"),
                       .allowed = {"validation", "test"},
                       .help = "validation: held out of training; test: the official test set, for "
                               "final results only"},
                      {.name = "images",
                       .fallback = std::int64_t{0},
                       .min = 0,
                       .max = 1e7,
                       .help = "use the first so many images; 0 = all of the split"},
                      {.name = "threads",
                       .fallback = std::int64_t{1},
                       .min = 1,
                       .max = 256,
                       .help = "threads of one evaluation"}},
          .precisions = executable_precisions,
          .weight_schemes = executable_weight_schemes,
          .unavailable = [](const LoadedSupernet& supernet,
                            const OptionValues&) { return supernet.accuracy_unavailable(); },
          .fingerprint =
              [](const OptionValues& options, const Resources&) {
                return identify_machine(static_cast<int>(options.integer("threads")));
              },
          .make = [](EvaluatorContext context,
                     const OptionValues& options) -> std::unique_ptr<Evaluator> {
            return std::make_unique<Validation>(context, options);
          }};
}

}  // namespace quarry::evaluators
