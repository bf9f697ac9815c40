// Measures one network on this machine, without a server: what a study would measure of it, and
// more.
#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "evaluators/evaluator.hpp"
#include "evaluators/fingerprint.hpp"
#include "evaluators/sensitivity.hpp"
#include "search/network/cost.hpp"
#include "search/supernets/config.hpp"
#include "search/supernets/json_fields.hpp"
#include "server/cli/commands.hpp"

namespace quarry::server {
namespace {

using evaluators::LoadedSupernet;
using nlohmann::json;

int refuse(const std::string& why) {
  std::cerr << "quarry measure: " << why << "\n";
  return 1;
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
  std::ifstream file(options.config_file);
  if (!file) {
    refuse("cannot read " + options.config_file);
    return std::nullopt;
  }
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  search::FieldErrors errors;
  std::optional<search::Genome> genome;
  if (const auto document = search::parse_json(text, errors))
    genome = search::config_from_json(supernet.space, *document, "", errors);
  for (const search::FieldError& error : errors)
    std::cerr << "quarry measure: " << options.config_file << " " << error.pointer << " "
              << error.detail << "\n";
  return genome;
}

// Prints one evaluator's metrics; false when it failed.
bool print_metrics(const LoadedSupernet& supernet, evaluators::NetworkPool& pool,
                   const search::Genome& genome, const std::string& label,
                   const std::string& evaluator,
                   const std::vector<std::pair<std::string, OptionValue>>& given) {
  const evaluators::EvaluatorEntry* entry = evaluators::find_evaluator(evaluator);
  OptionValues options = OptionValues::defaults(entry->options);
  for (const auto& [name, value] : given) options.set(name, value);
  if (const auto why = entry->unavailable(supernet, options)) {
    std::cerr << "quarry measure: " << *why << "\n";
    return false;
  }
  const evaluators::Evaluation evaluation =
      entry->make({supernet, pool}, options)->evaluate(std::span(&genome, 1), {}).front();
  if (!evaluation.failure.empty()) {
    std::cerr << "quarry measure: " << evaluation.failure << "\n";
    return false;
  }
  for (const auto& [metric, measurement] : evaluation.metrics) {
    const std::string name = label.empty() ? metric : label;
    if (measurement.spread > 0.0) {
      fmt::print("{:<18} {:.6g} ± {:.2g} ({} samples)\n", name, measurement.value,
                 measurement.spread, measurement.samples);
    } else {
      fmt::print("{:<18} {:.12g}\n", name, measurement.value);
    }
  }
  return true;
}

int print_steps(const LoadedSupernet& supernet, evaluators::NetworkPool& pool,
                const search::Genome& genome, std::size_t batch, int threads) {
  const evaluators::CompileResult compiled = pool.take(supernet, genome, batch, threads);
  if (!compiled.network) return refuse(compiled.failure);
  fmt::print("\n{:<22} {:<14} {}\n", "operator", "step", "implementation");
  for (const evaluators::CompiledStep& step : compiled.network->steps())
    fmt::print("{:<22} {:<14} {}\n", step.operator_name, step.part, step.implementation);
  fmt::print("activations: {} bytes\n", compiled.network->activation_bytes());
  return 0;
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
  const evaluators::SupernetLibrary supernets = evaluators::SupernetLibrary::builtin();
  const LoadedSupernet* supernet = supernets.find(options.supernet);
  if (supernet == nullptr) {
    const std::vector<std::string> names = supernets.names();
    return refuse("unknown supernet \"" + options.supernet + "\"" +
                  search::did_you_mean(options.supernet, names) + "; known are " +
                  search::one_of(names));
  }
  const auto genome = chosen_genome(supernet->supernet(), options);
  if (!genome) return 1;

  evaluators::NetworkPool pool;
  const std::size_t batch = static_cast<std::size_t>(
      options.batch == 0 ? supernet->supernet().latency_batch : options.batch);
  fmt::print(
      "{}\n{}\n\n", search::config_to_json(supernet->supernet().space, *genome).dump(),
      evaluators::to_text(evaluators::machine_fingerprint(static_cast<int>(options.threads))));
  const auto print = [&](const std::string& label, const std::string& evaluator,
                         const std::vector<std::pair<std::string, OptionValue>>& given) {
    return print_metrics(*supernet, pool, *genome, label, evaluator, given);
  };
  if (!print("", "analytic", {})) return 1;
  if (!print(fmt::format("latency_ms (b{})", batch), "onednn",
             {{"batch", options.batch}, {"threads", options.threads}}))
    return 1;
  if (!print("accuracy", "validation", {{"images", options.images}})) return 1;
  if (options.full && !print("test_accuracy", "validation", {{"split", std::string("test")}}))
    return 1;
  if (options.steps &&
      print_steps(*supernet, pool, *genome, batch, static_cast<int>(options.threads)) != 0)
    return 1;
  if (!options.sensitivity) return 0;
  fmt::print("\n");
  return print_sensitivity(*supernet, *genome,
                           static_cast<std::size_t>(options.images == 0 ? 5000 : options.images));
}

}  // namespace quarry::server
