// A predictor of the small supernet (tests/support/manifests.hpp), trained on all of its networks.
#pragma once

#include <string>
#include <vector>

#include "evaluators/predictor_training.hpp"
#include "tests/support/manifests.hpp"

namespace quarry::test {

inline const evaluators::LoadedSupernet& small_supernet() {
  static const evaluators::LoadedSupernet kSmall(load(small_manifest()), std::nullopt, "v1");
  return kSmall;
}

// depth, heads of the first and second layer, precision: 12 networks.
inline std::vector<evaluators::MeasuredRow> small_rows() {
  std::vector<evaluators::MeasuredRow> rows;
  for (search::Choice depth = 0; depth < 2; ++depth) {
    for (search::Choice first = 0; first < 2; ++first) {
      for (search::Choice second = 0; second <= depth; ++second) {
        for (search::Choice precision = 0; precision < 2; ++precision)
          rows.push_back({.genome = {depth, first, second, precision},
                          .value = 0.1 + 0.7 * depth + 0.2 * first + 0.3 * second -
                                   0.05 * precision + 0.013 * ((depth + first + precision) % 2),
                          .deviation = 0.01});
      }
    }
  }
  return rows;
}

inline evaluators::StoredPredictor small_predictor(const std::string& model = "gaussian_process") {
  const auto* entry = predictors::find_predictor(model);
  evaluators::StoredPredictor trained =
      evaluators::train_predictor(small_supernet(),
                                  {.metric = "latency_ms",
                                   .model = entry,
                                   .options = OptionValues::defaults(entry->options),
                                   .derived = {"macs"}},
                                  small_rows());
  trained.id = "pr_1";
  trained.name = "small-latency";
  trained.version = 1;
  trained.created_at = "2026-01-01T00:00:00.000Z";
  trained.training.sources = "{}";
  trained.training.evaluator = "null";
  return trained;
}

}  // namespace quarry::test
