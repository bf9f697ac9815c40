// quarry precisions: what leaving f32 gains on this machine, and what a study need not search.
#include <fmt/format.h>

#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "evaluators/fingerprint.hpp"
#include "evaluators/precision_gains.hpp"
#include "search/supernets/json_fields.hpp"
#include "server/cli/commands.hpp"

namespace quarry::server {
namespace {

using evaluators::PrecisionGain;

// The genes of which no choice is faster than f32, at f32: a study's "fixed".
nlohmann::ordered_json idle_genes(const search::SearchSpace& space,
                                  std::span<const PrecisionGain> gains) {
  std::map<std::size_t, bool> idle;  // by gene
  for (const PrecisionGain& gain : gains) {
    const auto [place, fresh] = idle.try_emplace(gain.gene, true);
    place->second = place->second && gain.is_idle();
  }
  nlohmann::ordered_json fixed = nlohmann::ordered_json::object();
  for (const auto& [g, is_idle] : idle) {
    const search::Gene& gene = space.genes()[g];
    for (std::size_t c = 0; is_idle && c < gene.choices.size(); ++c) {
      if (search::precision_of(gene, static_cast<search::Choice>(c)) == search::Precision::kF32)
        fixed[gene.name] = search::value_to_json(gene.choices[c]);
    }
  }
  return fixed;
}

std::string operators_text(const std::vector<std::string>& operators) {
  if (operators.empty()) return "none";
  return operators.front() +
         (operators.size() > 1 ? fmt::format(" and {} more", operators.size() - 1) : "");
}

}  // namespace

int print_precisions(const PrecisionsOptions& options) {
  const evaluators::SupernetLibrary library = evaluators::SupernetLibrary::builtin();
  const evaluators::LoadedSupernet* supernet = library.find(options.supernet);
  if (supernet == nullptr) {
    const std::vector<std::string> names = library.names();
    std::cerr << "quarry precisions: unknown supernet \"" << options.supernet << "\""
              << search::did_you_mean(options.supernet, names) << "; known are "
              << search::one_of(names) << "\n";
    return kNotThere;
  }
  const std::int64_t batch =
      options.batch == 0 ? supernet->supernet().latency_batch : options.batch;
  evaluators::NetworkPool pool;
  const evaluators::PrecisionGains found = evaluators::measure_precision_gains(
      *supernet, pool, {.threads = static_cast<int>(options.threads)},
      static_cast<std::size_t>(batch));
  if (!found.failure.empty()) {
    std::cerr << "quarry precisions: " << found.failure << "\n";
    return 1;
  }
  const search::SearchSpace& space = supernet->supernet().space;
  const nlohmann::ordered_json fixed = idle_genes(space, found.gains);
  if (options.as_json) {
    std::cout << nlohmann::ordered_json{{"fixed", fixed}}.dump(2) << "\n";
    return 0;
  }
  fmt::print(
      "{}\nlargest network, batch {}; each operator alone, conversions included\n\n",
      evaluators::to_text(evaluators::machine_fingerprint(static_cast<int>(options.threads))),
      batch);
  fmt::print("{:<24} {:<8} {:>9} {:>9} {:>8}  {}\n", "gene", "choice", "f32 ms", "ms", "gain",
             "operators");
  for (const PrecisionGain& gain : found.gains) {
    fmt::print("{:<24} {:<8} {:>9.4f} {:>9.4f} {:>7.2f}x  {}{}\n", space.genes()[gain.gene].name,
               search::to_text(gain.precision), gain.f32_ms, gain.ms,
               gain.ms > 0.0 ? gain.f32_ms / gain.ms : 0.0, operators_text(gain.operators),
               gain.is_idle() ? "  (no gain)" : "");
  }
  fmt::print("\n{} of the genes gain nothing in any precision{}\n", fixed.size(),
             fixed.empty() ? "" : "; a study need not search them:");
  if (!fixed.empty()) fmt::print("\"fixed\": {}\n", fixed.dump());
  return 0;
}

}  // namespace quarry::server
