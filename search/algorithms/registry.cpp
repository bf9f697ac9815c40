// One line per algorithm.
#include "search/algorithms/registry.hpp"

#include "predictors/predictor.hpp"

namespace quarry::search {
namespace {

// Apart from the others, whose options name these.
const std::vector<AlgorithmEntry>& evolutionary_algorithms() {
  static const std::vector<AlgorithmEntry> kEntries = {
      nsga2_entry(),
      age_moea_entry(),
      unsga3_entry(),
      moead_entry(),
      ctaea_entry(),
      ga_entry(),
      regularized_evolution_entry(),
      constrained_evolution_entry(),
      eda_entry(),
      cmaes_entry(),
  };
  return kEntries;
}

std::vector<AlgorithmEntry> all_algorithms() {
  std::vector<AlgorithmEntry> entries = {
      quarry_entry(), linas_entry(), bayesian_entry(), boshnas_entry(), tpe_entry(),
  };
  for (const AlgorithmEntry& entry : evolutionary_algorithms()) entries.push_back(entry);
  entries.push_back(random_search_entry());
  entries.push_back(exhaustive_entry());
  return entries;
}

}  // namespace

std::span<const AlgorithmEntry> algorithm_registry() {
  static const std::vector<AlgorithmEntry> kEntries = all_algorithms();
  return kEntries;
}

const AlgorithmEntry* find_algorithm(std::string_view name) {
  for (const AlgorithmEntry& entry : algorithm_registry()) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

std::vector<std::string> inner_algorithm_names() {
  std::vector<std::string> names;
  for (const AlgorithmEntry& entry : evolutionary_algorithms()) names.push_back(entry.name);
  return names;
}

OptionSpec predictor_option_spec(const std::string& fallback) {
  // The search's own auto, among few: the registry's tries all, which is too slow between batches.
  std::vector<std::string> names = {"auto"};
  for (const predictors::PredictorEntry& entry : predictors::predictor_registry()) {
    if (entry.name != names.front()) names.push_back(entry.name);
  }
  return {.name = "predictor",
          .type = OptionType::kText,
          .fallback = fallback,
          .allowed = std::move(names),
          .help = "model of each measured objective; auto chooses by cross-validation"};
}

}  // namespace quarry::search
