// Measures one network on this machine, without a server: what a study would measure of it, and
// more.
#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "evaluators/evaluator.hpp"
#include "evaluators/fingerprint.hpp"
#include "evaluators/latency.hpp"
#include "evaluators/machine_peaks.hpp"
#include "evaluators/sensitivity.hpp"
#include "search/supernets/config.hpp"
#include "search/supernets/json_fields.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/input.hpp"
#include "server/cli/operator_table.hpp"
#include "server/cli/operators.hpp"
#include "server/studies/trial_log.hpp"

namespace quarry::server {
namespace {

using evaluators::LoadedSupernet;
using nlohmann::json;

int refuse(const std::string& why) {
  std::cerr << "quarry measure: " << why << "\n";
  return 1;
}

// A built-in supernet by its name, a user's own by the file of its manifest; nothing, and why on
// stderr, when there is none.
const LoadedSupernet* chosen_supernet(evaluators::SupernetLibrary& supernets,
                                      const std::string& given) {
  if (given.find('/') == std::string::npos && !given.ends_with(".json")) {
    const LoadedSupernet* found = supernets.find(given);
    const std::vector<std::string> names = supernets.names();
    if (found == nullptr)
      refuse("unknown supernet \"" + given + "\"" + search::did_you_mean(given, names) +
             "; known are " + search::one_of(names) + ", or give the file of a manifest");
    return found;
  }
  const auto text = read_input("measure", given);
  if (!text) return nullptr;
  search::FieldErrors errors;
  std::optional<search::Supernet> supernet = search::load_manifest(*text, errors);
  print_mistakes("measure", given, errors);
  if (!supernet) return nullptr;
  supernet->weights.reset();  // latency needs none, and they are not in this file
  std::string problem;
  const LoadedSupernet* added = supernets.add(std::move(*supernet), "", problem);
  if (added == nullptr) refuse(problem);
  return added;
}

// The genome of the config file or of the baseline; nothing, and why on stderr, when there is none.
std::optional<search::Genome> chosen_genome(const search::Supernet& supernet,
                                            const MeasureOptions& options) {
  if (options.config_file.empty()) {
    std::vector<std::string> names;
    for (const search::Baseline& baseline : supernet.baselines) {
      if (options.baseline.empty() || baseline.name == options.baseline) return baseline.genome;
      names.push_back(baseline.name);
    }
    refuse(supernet.name + " has no baseline \"" + options.baseline + "\"" +
           search::did_you_mean(options.baseline, names) +
           (names.empty() ? "; give --config FILE" : "; it has " + search::one_of(names)));
    return std::nullopt;
  }
  const auto text = read_input("measure", options.config_file);
  if (!text) return std::nullopt;
  search::FieldErrors errors;
  std::optional<search::Genome> genome;
  if (const auto document = search::parse_json(*text, errors))
    genome = search::config_from_json(supernet.space, *document, "", errors);
  print_mistakes("measure", options.config_file, errors);
  return genome;
}

// What one evaluator says of the network; nothing, and why on stderr, when it failed.
std::optional<std::map<std::string, search::Measurement>> metrics_of(
    const LoadedSupernet& supernet, evaluators::NetworkPool& pool, const search::Genome& genome,
    const std::string& evaluator, const std::vector<std::pair<std::string, OptionValue>>& given) {
  const evaluators::EvaluatorEntry* entry = evaluators::find_evaluator(evaluator);
  OptionValues options = OptionValues::defaults(entry->options);
  for (const auto& [name, value] : given) options.set(name, value);
  if (const auto why = entry->unavailable(supernet, options)) {
    refuse(*why);
    return std::nullopt;
  }
  evaluators::Evaluation evaluation =
      entry->make({supernet, pool}, options)->evaluate(std::span(&genome, 1), {}).front();
  if (!evaluation.failure.empty()) {
    refuse(evaluation.failure);
    return std::nullopt;
  }
  return std::move(evaluation.metrics);
}

// The detail of one phase, whose entries are called "PHASE mean_ms"; of the only one when `phase`
// is empty.
void print_detail(const std::map<std::string, double>& details, const std::string& phase) {
  const std::string prefix = phase.empty() ? "" : phase + " ";
  const auto detail = [&](const char* what) { return details.at(prefix + what); };
  if (!phase.empty())
    fmt::print("{:<18} {}: {} times {:.6g} ms\n", "", phase, detail("repetitions"), detail("ms"));
  fmt::print("{:<18} mean {:.6g}, p95 {:.6g}, p99 {:.6g}; drift {:.3f}, load {:.2f}{}\n", "",
             detail("mean_ms"), detail("p95_ms"), detail("p99_ms"), detail("drift"), detail("load"),
             detail("realtime") > 0 ? ", real-time priority" : "");
  fmt::print("{:<18} {} of {} blocks were disturbed{}{}\n", "", detail("disturbed_blocks"),
             detail("blocks"),
             detail("disturbed") > 0 ? ", AND HAD TO BE USED: measure again on a quieter machine"
                                     : " and dropped",
             detail("converged") > 0
                 ? ""
                 : fmt::format("; the width reached is {:.2g} %", detail("width_reached") * 100));
}

void print_metric(const std::string& name, const search::Measurement& measurement,
                  std::span<const search::Phase> phases) {
  if (measurement.spread > 0.0) {
    fmt::print("{:<18} {:.6g} ± {:.2g} ({} samples)\n", name, measurement.value, measurement.spread,
               measurement.samples);
  } else {
    fmt::print("{:<18} {:.12g}\n", name, measurement.value);
  }
  if (measurement.detail.empty()) return;
  for (const search::Phase& phase : phases)
    print_detail(measurement.detail, phases.size() > 1 ? phase.name : "");
}

std::optional<OperatorTable> measured_operators(const LoadedSupernet& supernet,
                                                evaluators::NetworkPool& pool,
                                                const search::Genome& genome, std::size_t batch,
                                                const MeasureOptions& options,
                                                std::size_t phase_index,
                                                const search::Phase& phase) {
  const int threads = static_cast<int>(options.threads);
  const evaluators::CompileResult compiled =
      pool.take(supernet, genome, batch, threads, phase_index);
  if (!compiled.network) {
    refuse(compiled.failure);
    return std::nullopt;
  }
  evaluators::LatencyMeter meter({.threads = threads,
                                  .cold = options.cache == "cold",
                                  .realtime = options.priority == "realtime"});
  const auto profile = meter.profile(*compiled.network, {});
  return operator_table(phase.network, compiled.network->steps(), *profile, batch * phase.rows);
}

// Of the network, as the server's times of operators predict it; nothing, and why on stderr, when
// it knows none.
std::optional<evaluators::LatencyPrediction> predicted_latency(const LoadedSupernet& supernet,
                                                               const search::Genome& genome,
                                                               std::size_t batch,
                                                               const MeasureOptions& options) {
  const int threads = static_cast<int>(options.threads);
  auto model = fetch_latency_model(HttpClient(options.predict_url),
                                   evaluators::identify_machine(threads).first);
  if (!model) return std::nullopt;
  return evaluators::LatencyForecast(supernet, batch, threads, std::move(*model)).predict(genome);
}

void print_prediction(const evaluators::LatencyPrediction& predicted, double measured_ms) {
  fmt::print(
      "{:<18} {:.6g} ± {:.2g}: {:+.1f} % of what was measured; {} of {} steps were never "
      "timed\n",
      "predicted_ms", predicted.mean_ms, predicted.deviation_ms,
      100 * (predicted.mean_ms / measured_ms - 1), predicted.estimated, predicted.steps);
}

}  // namespace

int print_sensitivity(const LoadedSupernet& supernet, const search::Genome& genome,
                      std::size_t images) {
  const bool terminal = isatty(STDERR_FILENO) != 0;
  const evaluators::SensitivityTable table = evaluators::measure_sensitivity(
      supernet, genome, images, [&](std::size_t done, std::size_t total) {
        if (terminal) std::cerr << "\r\033[2Ksensitivity " << done << "/" << total << std::flush;
      });
  if (terminal) std::cerr << "\r\033[2K";
  if (!table.failure.empty()) return refuse(table.failure);
  fmt::print(
      "Where the network is sensitive: one operator alone leaves f32 ({} validation images; all "
      "f32: "
      "top-1 {:.2f} %, loss {:.4f})\n\n",
      table.images, table.top1 * 100, table.loss);
  const std::size_t tried = table.precisions.size();
  fmt::print("{:<17}{:^{}}{:^{}}{:^{}}{:>10}\n", "", "KL from f32, micronats", 10 * tried + 2,
             "top-1, points", 9 * tried, "loss, millinats", 9 * tried, "KB saved");
  fmt::print("{:<17}", "operator");
  for (const int width : {10, 9, 9}) {
    for (const search::Precision precision : table.precisions)
      fmt::print("{:>{}}", search::to_text(precision), width);
    if (width == 10) fmt::print("  ");
  }
  fmt::print("{:>10}\n", "int8_w4");
  const auto print_row = [](const std::string& name,
                            std::span<const evaluators::SensitivityRow> rows) {
    fmt::print("{:<17}", name);
    for (const auto& row : rows) fmt::print("{:>10.1f}", row.kl * 1e6);
    fmt::print("  ");
    for (const auto& row : rows) fmt::print("{:>+9.2f}", row.top1_change * 100);
    for (const auto& row : rows) fmt::print("{:>+9.2f}", row.loss_change * 1e3);
    fmt::print("{:>10.1f}\n", static_cast<double>(rows.back().bytes_saved) / 1000);
  };
  for (std::size_t i = 0; i < table.rows.size(); i += tried)
    print_row(table.rows[i].operator_name, std::span(table.rows).subspan(i, tried));
  return 0;
}

int measure(const MeasureOptions& options) {
  evaluators::SupernetLibrary supernets = evaluators::SupernetLibrary::builtin();
  const LoadedSupernet* supernet = chosen_supernet(supernets, options.supernet);
  if (supernet == nullptr) return 1;
  const auto genome = chosen_genome(supernet->supernet(), options);
  if (!genome) return 1;

  evaluators::NetworkPool pool;
  const std::size_t batch = static_cast<std::size_t>(
      options.batch == 0 ? supernet->supernet().latency_batch : options.batch);
  const json config = search::config_to_json(supernet->supernet().space, *genome);
  const std::string machine =
      evaluators::to_text(evaluators::machine_fingerprint(static_cast<int>(options.threads)));
  if (!options.as_json) fmt::print("{}\n{}\n\n", config.dump(), machine);
  const std::vector<search::Phase> phases = supernet->supernet().phases(*genome);
  json metrics = json::object();
  // rename: what a metric is called here; empty: by its own name.
  const auto show = [&](const std::string& rename, const std::string& evaluator,
                        const std::vector<std::pair<std::string, OptionValue>>& given) {
    const auto found = metrics_of(*supernet, pool, *genome, evaluator, given);
    if (!found) return false;
    for (const auto& [metric, measurement] : *found) {
      const std::string name = rename.empty() ? metric : rename;
      metrics[name] = measurement_to_json(measurement);
      if (options.as_json) continue;
      print_metric(name == "latency_ms" ? fmt::format("latency_ms (b{})", batch) : name,
                   measurement, phases);
    }
    return true;
  };
  if (!show("", "analytic", {}) || !show("", "onednn",
                                         {{"batch", options.batch},
                                          {"threads", options.threads},
                                          {"confidence_width", options.confidence_width},
                                          {"max_seconds", options.max_seconds},
                                          {"cache", options.cache},
                                          {"priority", options.priority}}))
    return 1;
  if (!options.predict_url.empty()) {
    const auto predicted = predicted_latency(*supernet, *genome, batch, options);
    if (!predicted) return 1;
    metrics["predicted_latency_ms"] = {{"value", predicted->mean_ms},
                                       {"deviation", predicted->deviation_ms},
                                       {"steps", predicted->steps},
                                       {"estimated_steps", predicted->estimated}};
    if (!options.as_json)
      print_prediction(*predicted, metrics["latency_ms"]["value"].get<double>());
  }
  evaluators::LatencyMeter meter(
      {.threads = static_cast<int>(options.threads), .realtime = options.priority == "realtime"});
  const evaluators::MachinePeaks peaks = *meter.peaks({});
  double roofline_ms = 0.0;
  for (const search::Phase& phase : phases)
    roofline_ms += static_cast<double>(phase.repetitions) *
                   evaluators::roofline_ms(phase.network, batch * phase.rows, peaks,
                                           evaluators::last_cache_bytes());
  metrics["roofline_ms"] = {{"value", roofline_ms}};
  if (!options.as_json)
    fmt::print("{:<18} {:.6g}: the network runs at {:.0f} % of what this machine can do\n",
               "roofline_ms", roofline_ms,
               100 * roofline_ms / metrics["latency_ms"]["value"].get<double>());
  // Latency stands without it: a supernet may be there for its latency alone.
  const std::optional<std::string> no_accuracy = supernet->accuracy_unavailable();
  if (no_accuracy && !options.as_json)
    fmt::print("{:<18} not measured: {}\n", "accuracy", *no_accuracy);
  if (!no_accuracy && !show("", "validation", {{"images", options.images}})) return 1;
  if (options.full && !show("test_accuracy", "validation", {{"split", std::string("test")}}))
    return 1;
  std::vector<OperatorTable> operators;  // of each phase
  for (std::size_t i = 0; i < phases.size(); ++i) {
    auto table = measured_operators(*supernet, pool, *genome, batch, options, i, phases[i]);
    if (!table) return 1;
    operators.push_back(std::move(*table));
  }
  if (options.as_json) {
    nlohmann::ordered_json view = {{"supernet", options.supernet}, {"config", config},
                                   {"machine", machine},           {"batch", batch},
                                   {"threads", options.threads},   {"metrics", metrics}};
    if (phases.size() == 1) view.update(to_json(operators.front()));
    for (std::size_t i = 0; phases.size() > 1 && i < phases.size(); ++i)
      view["phases"][phases[i].name] = to_json(operators[i]);
    std::cout << view.dump(2) << "\n";
    return 0;
  }
  for (std::size_t i = 0; i < phases.size(); ++i) {
    if (phases.size() > 1)
      fmt::print("\n{}, {} times, {} rows\n", phases[i].name, phases[i].repetitions,
                 batch * phases[i].rows);
    std::cout << "\n" << to_text(operators[i], options.steps) << std::flush;
  }
  if (!options.sensitivity) return 0;
  fmt::print("\n");
  return print_sensitivity(*supernet, *genome,
                           static_cast<std::size_t>(options.images == 0 ? 5000 : options.images));
}

}  // namespace quarry::server
