// Latency, measured: the compiled network run again and again, alone on the machine, by
// latency_protocol.hpp.
#include "evaluators/evaluator.hpp"
#include "evaluators/fingerprint.hpp"
#include "evaluators/latency_protocol.hpp"
#include "evaluators/onednn/onednn_info.hpp"

namespace quarry::evaluators {
namespace {

class Latency final : public Evaluator {
 public:
  Latency(EvaluatorContext context, const OptionValues& options)
      : context_(context),
        batch_(static_cast<std::size_t>(options.integer("batch") == 0
                                            ? context.supernet.supernet().latency_batch
                                            : options.integer("batch"))),
        threads_(static_cast<int>(options.integer("threads"))),
        protocol_{.relative_width = options.number("confidence_width"),
                  .max_seconds = options.number("max_seconds")} {}

  std::vector<Evaluation> evaluate(std::span<const search::Genome> candidates,
                                   std::stop_token stop) override {
    std::vector<Evaluation> evaluations;
    for (const search::Genome& genome : candidates)
      evaluations.push_back(evaluate_one(genome, stop));
    return evaluations;
  }

 private:
  Evaluation evaluate_one(const search::Genome& genome, std::stop_token stop) {
    CompileResult compiled = context_.pool.take(context_.supernet, genome, batch_, threads_);
    if (!compiled.network) return {.metrics = {}, .failure = compiled.failure};
    const LatencySummary summary =
        measure_latency([&] { compiled.network->run(); }, protocol_, stop);
    context_.pool.give_back(context_.supernet, genome, std::move(compiled.network));
    if (stop.stop_requested()) return {.metrics = {}, .failure = "stopped"};
    return {.metrics = {{"latency_ms",
                         {.value = summary.median_ms,
                          .spread = summary.half_width_ms,
                          .samples = static_cast<std::int64_t>(summary.samples),
                          .source = search::Source::kMeasured,
                          .fingerprint = fingerprint_id(machine_fingerprint(threads_))}}},
            .failure = ""};
  }

  EvaluatorContext context_;
  std::size_t batch_;
  int threads_;
  LatencyProtocol protocol_;
};

}  // namespace

EvaluatorEntry onednn_evaluator() {
  return {
      .name = "onednn",
      .summary = "Median latency of one batch, run by oneDNN alone on this machine",
      .metrics = {"latency_ms"},
      .concurrency = Concurrency::kExclusive,
      .options = {{.name = "batch",
                   .fallback = std::int64_t{0},
                   .min = 0,
                   .max = 4096,
                   .help = "images per batch; 0 = as the supernet's manifest says"},
                  {.name = "threads",
                   .fallback = std::int64_t{1},
                   .min = 1,
                   .max = 256,
                   .help = "threads of every operator"},
                  {.name = "confidence_width",
                   .type = OptionType::kNumber,
                   .fallback = 0.01,
                   .min = 0.0001,
                   .max = 1,
                   .help = "repeat until half the 95 % confidence interval is at most this "
                           "share of the median"},
                  {.name = "max_seconds",
                   .type = OptionType::kNumber,
                   .fallback = 1.0,
                   .min = 0.01,
                   .max = 3600,
                   .help = "stop repeating after this long"}},
      .precisions = executable_precisions,
      // Latency needs no trained weights: the pool makes some up.
      .unavailable = [](const LoadedSupernet&, const OptionValues&) -> std::optional<std::string> {
        return std::nullopt;
      },
      .fingerprint =
          [](const OptionValues& options) {
            return identify_machine(static_cast<int>(options.integer("threads")));
          },
      .make = [](EvaluatorContext context, const OptionValues& options)
          -> std::unique_ptr<Evaluator> { return std::make_unique<Latency>(context, options); }};
}

}  // namespace quarry::evaluators
