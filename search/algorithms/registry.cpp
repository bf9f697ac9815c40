// One line per algorithm.
#include "search/algorithms/registry.hpp"

namespace quarry::search {

std::span<const AlgorithmEntry> algorithm_registry() {
  static const std::vector<AlgorithmEntry> kEntries = {
      linas_entry(),
      nsga2_entry(),
      random_search_entry(),
  };
  return kEntries;
}

const AlgorithmEntry* find_algorithm(std::string_view name) {
  for (const AlgorithmEntry& entry : algorithm_registry()) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

}  // namespace quarry::search
