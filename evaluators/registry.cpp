// One line per evaluator.
#include "evaluators/evaluator.hpp"

namespace quarry::evaluators {

std::span<const EvaluatorEntry> evaluator_registry() {
  static const std::vector<EvaluatorEntry> kEntries = {
      analytic_evaluator(), onednn_evaluator(),    validation_evaluator(),
      table_evaluator(),    predictor_evaluator(), external_evaluator(),
  };
  return kEntries;
}

const EvaluatorEntry* find_evaluator(std::string_view name) {
  for (const EvaluatorEntry& entry : evaluator_registry()) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

const EvaluatorEntry* default_evaluator(std::string_view metric) {
  for (const EvaluatorEntry& entry : evaluator_registry()) {
    // A study must not wait for a program of the user's that it was not told of.
    if (entry.name == kExternal) continue;
    for (const std::string& provided : entry.metrics) {
      if (provided == metric) return &entry;
    }
  }
  return nullptr;
}

}  // namespace quarry::evaluators
