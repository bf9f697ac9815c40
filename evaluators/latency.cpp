// Latency, measured: the compiled network run again and again, alone on the machine, by
// latency_protocol.hpp. Tested by tests/evaluators/latency_test.cpp.
#include "evaluators/latency.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>

#include "evaluators/evaluator.hpp"
#include "evaluators/fingerprint.hpp"
#include "evaluators/machine_lock.hpp"
#include "evaluators/machine_peaks.hpp"
#include "evaluators/measuring_threads.hpp"
#include "evaluators/onednn/onednn_info.hpp"
#include "evaluators/onednn/reference.hpp"
#include "evaluators/reference_baseline.hpp"
#include "predictors/statistics.hpp"

namespace quarry::evaluators {
namespace {

constexpr double kBaselineSeconds = 0.2;
constexpr int kProfileRuns = 50;
constexpr double kProfileSeconds = 2.0;

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double load_average() {
  double load = 0.0;
  return getloadavg(&load, 1) == 1 ? load : 0.0;
}

std::optional<MachineLock> take_machine(std::stop_token stop) {
  return MachineLock::acquire(machine_folder() + "/quarry-measuring.lock", std::move(stop));
}

}  // namespace

LatencyMeter::LatencyMeter(const LatencyOptions& options)
    : options_(options),
      reference_(make_reference_network(options.threads)),
      baseline_file_(machine_folder() + "/quarry-reference-" + std::to_string(kReferenceVersion) +
                     "-" + std::to_string(geteuid()) + "-" +
                     fingerprint_id(machine_fingerprint(options.threads))) {
  if (options.cold) flushed_.resize(2 * last_cache_bytes());
}

LatencyMeter::~LatencyMeter() = default;

// Every thread writes a part of the buffer of its own, so that its own cache is flushed too.
void LatencyMeter::flush_caches() {
  const std::size_t share = flushed_.size() / static_cast<std::size_t>(options_.threads);
  on_every_thread(options_.threads, [&](std::size_t i) {
    for (std::size_t at = i * share; at + 64 <= (i + 1) * share; at += 64) ++flushed_[at];
  });
}

double LatencyMeter::baseline_ms(const LatencySubject& subject, std::stop_token stop) {
  if (own_baseline_ms_ == 0.0)
    own_baseline_ms_ = reference_baseline_ms(subject, kBaselineSeconds, stop);
  // What a stop cut short must not be what others go by.
  if (stop.stop_requested()) return own_baseline_ms_;
  return shared_baseline_ms(baseline_file_, own_baseline_ms_, std::time(nullptr));
}

std::optional<LatencyMeasurement> LatencyMeter::measure(CompiledNetwork& network,
                                                        std::stop_token stop,
                                                        std::optional<double> timed_share) {
  const std::optional<MachineLock> alone = take_machine(stop);
  if (!alone) return std::nullopt;
  LatencyMeasurement measurement{.load = load_average()};
  MeasuringThreads threads(options_.threads, options_.realtime);
  LatencySubject subject{.seconds = steady_seconds,
                         .run = [&] { network.run(); },
                         .run_reference = [&] { reference_->run(); },
                         .waited_ms = [&] { return threads.waited_ms(); },
                         .move = [&] { threads.move(); }};
  if (options_.cold) subject.before_sample = [&] { flush_caches(); };
  LatencyProtocol protocol = options_.protocol;
  if (timed_share) {
    protocol.timed_share = *timed_share;
    subject.run_timed = [&] { return network.run_timed(); };
  }
  subject.reference_ms = baseline_ms(subject, stop);
  measurement.summary = measure_latency(subject, protocol, stop);
  measurement.realtime = threads.realtime();
  return measurement;
}

std::optional<LatencyProfile> LatencyMeter::profile(CompiledNetwork& network,
                                                    std::stop_token stop) {
  const std::optional<MachineLock> alone = take_machine(stop);
  if (!alone) return std::nullopt;
  const MeasuringThreads threads(options_.threads, options_.realtime);
  std::vector<std::vector<double>> steps(network.steps().size());
  std::vector<double> wholes;
  const double begin = steady_seconds();
  for (int i = 0; i < kProfileRuns && !stop.stop_requested(); ++i) {
    if (i > 1 && steady_seconds() - begin > kProfileSeconds) break;
    if (options_.cold) flush_caches();
    const double start = steady_seconds();
    network.run();
    const double whole_ms = (steady_seconds() - start) * 1e3;
    if (options_.cold) flush_caches();
    const std::vector<double> step_ms = network.run_timed();
    if (i == 0) continue;  // warms up
    wholes.push_back(whole_ms);
    for (std::size_t k = 0; k < steps.size(); ++k) steps[k].push_back(step_ms[k]);
  }
  if (wholes.empty()) return std::nullopt;
  LatencyProfile profile{.whole_ms = predictors::upper_median(std::move(wholes))};
  for (std::vector<double>& step : steps)
    profile.step_ms.push_back(predictors::upper_median(std::move(step)));
  return profile;
}

std::optional<MachinePeaks> LatencyMeter::peaks(std::stop_token stop) {
  const std::optional<MachineLock> alone = take_machine(stop);
  if (!alone) return std::nullopt;
  const MeasuringThreads threads(options_.threads, options_.realtime);
  return measure_peaks(options_.threads);
}

std::map<std::string, double> latency_detail(const LatencyMeasurement& measurement) {
  const LatencySummary& summary = measurement.summary;
  return {{"mean_ms", summary.mean_ms},
          {"p95_ms", summary.p95_ms},
          {"p99_ms", summary.p99_ms},
          {"width_reached", summary.half_width_ms / summary.median_ms},
          {"converged", summary.converged ? 1.0 : 0.0},
          {"disturbed", summary.disturbed ? 1.0 : 0.0},
          {"blocks", static_cast<double>(summary.blocks)},
          {"disturbed_blocks", static_cast<double>(summary.disturbed_blocks)},
          {"interrupted_samples", static_cast<double>(summary.interrupted_samples)},
          {"drift", summary.drift},
          {"load", measurement.load},
          {"realtime", measurement.realtime ? 1.0 : 0.0}};
}

namespace {

class Latency final : public Evaluator {
 public:
  Latency(EvaluatorContext context, const OptionValues& options)
      : context_(context),
        batch_(static_cast<std::size_t>(options.integer("batch") == 0
                                            ? context.supernet.supernet().latency_batch
                                            : options.integer("batch"))),
        threads_(static_cast<int>(options.integer("threads"))),
        cold_(options.text("cache") == "cold"),
        meter_({.threads = threads_,
                .cold = options.text("cache") == "cold",
                .realtime = options.text("priority") == "realtime",
                .protocol = {.relative_width = options.number("confidence_width"),
                             .max_seconds = options.number("max_seconds")}}) {}

  std::vector<Evaluation> evaluate(std::span<const search::Genome> candidates,
                                   std::stop_token stop) override {
    std::vector<Evaluation> evaluations;
    for (const search::Genome& genome : candidates)
      evaluations.push_back(evaluate_one(genome, stop));
    return evaluations;
  }

 private:
  Evaluation evaluate_one(const search::Genome& genome, std::stop_token stop) {
    search::Measurement latency{.samples = 0,
                                .source = search::Source::kMeasured,
                                .fingerprint = fingerprint_id(machine_fingerprint(threads_))};
    const std::vector<search::Phase> phases = context_.supernet.supernet().phases(genome);
    for (std::size_t phase = 0; phase < phases.size(); ++phase) {
      CompileResult compiled =
          context_.pool.take(context_.supernet, genome, batch_, threads_, phase);
      if (!compiled.network) return {.metrics = {}, .failure = compiled.failure};
      const std::optional<LatencyMeasurement> measured = meter_.measure(
          *compiled.network, stop, timed_share(latency.fingerprint, *compiled.network));
      if (measured && !stop.stop_requested())
        keep_step_times(latency.fingerprint, *compiled.network, measured->summary);
      context_.pool.give_back(context_.supernet, genome, std::move(compiled.network), phase);
      if (stop.stop_requested() || !measured) return {.metrics = {}, .failure = "stopped"};
      add_phase(*measured, phases[phase], phases.size() > 1, latency);
    }
    return {.metrics = {{"latency_ms", std::move(latency)}}, .failure = ""};
  }

  // Steps that are known well are still timed, in one run. With cold caches they would be other
  // times: the table is of warm ones.
  std::optional<double> timed_share(const std::string& fingerprint,
                                    const CompiledNetwork& network) const {
    if (context_.operator_times == nullptr || cold_) return std::nullopt;
    const bool settled = context_.operator_times->is_settled(fingerprint, network.steps());
    return settled ? 0.0 : LatencyProtocol{}.timed_share;
  }

  // Of a network whose whole time is in doubt, the steps are kept: theirs are of undisturbed
  // blocks.
  void keep_step_times(const std::string& fingerprint, const CompiledNetwork& network,
                       const LatencySummary& summary) {
    if (context_.operator_times == nullptr) return;
    context_.operator_times->record(
        fingerprint, network.options().batch, network.steps(), summary.timed_runs_ms,
        summary.disturbed ? std::nullopt : std::optional(summary.median_ms));
  }

  // Spreads add up as if every phase erred in the same direction. Of several phases, each has its
  // detail, and the share of time that was its own.
  static void add_phase(const LatencyMeasurement& measured, const search::Phase& phase,
                        bool is_one_of_several, search::Measurement& latency) {
    const LatencySummary& summary = measured.summary;
    const auto repetitions = static_cast<double>(phase.repetitions);
    latency.value += repetitions * summary.median_ms;
    latency.spread += repetitions * summary.half_width_ms;
    latency.samples += static_cast<std::int64_t>(summary.samples);
    const std::string prefix = is_one_of_several ? phase.name + " " : "";
    for (const auto& [name, value] : latency_detail(measured))
      latency.detail[prefix + name] = value;
    if (!is_one_of_several) {
      latency.sample_values = summary.sample_values_ms;
      return;
    }
    latency.detail[prefix + "ms"] = summary.median_ms;
    latency.detail[prefix + "repetitions"] = repetitions;
  }

  EvaluatorContext context_;
  std::size_t batch_;
  int threads_;
  bool cold_;
  LatencyMeter meter_;
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
                   .fallback = 2.0,
                   .min = 0.01,
                   .max = 3600,
                   .help = "stop repeating after this long"},
                  {.name = "cache",
                   .type = OptionType::kText,
                   .fallback = std::string("warm"),
                   .allowed = {"warm", "cold"},
                   .help = "cold flushes all caches before each sample"},
                  {.name = "priority",
                   .type = OptionType::kText,
                   .fallback = std::string("realtime"),
                   .allowed = {"realtime", "normal"},
                   .help = "realtime keeps other work off the cores while measuring, where "
                           "the system allows it"}},
      .precisions = executable_precisions,
      .weight_schemes = executable_weight_schemes,
      // Latency needs no trained weights: the pool makes some up.
      .unavailable = [](const LoadedSupernet&, const OptionValues&) -> std::optional<std::string> {
        return std::nullopt;
      },
      .fingerprint =
          [](const OptionValues& options, const Resources&) {
            return identify_machine(static_cast<int>(options.integer("threads")));
          },
      .make = [](EvaluatorContext context, const OptionValues& options)
          -> std::unique_ptr<Evaluator> { return std::make_unique<Latency>(context, options); }};
}

}  // namespace quarry::evaluators
