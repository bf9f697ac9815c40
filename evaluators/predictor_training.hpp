// From measured networks to a StoredPredictor: cross-validated, calibrated, then fitted to all
// rows.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "evaluators/stored_predictor.hpp"
#include "evaluators/supernet_library.hpp"

namespace quarry::evaluators {

struct MeasuredRow {
  search::Genome genome;  // canonical
  double value = 0.0;
  double deviation = 0.0;  // standard deviation of the value's measurement; 0 where it is not known
};

// Fewer could not be split into folds that say anything.
inline constexpr std::size_t kLeastTrainingRows = 10;
// The models' kernels of all rows must fit into memory beside everything else.
inline constexpr std::size_t kMostTrainingRows = 5000;

struct TrainingPlan {
  std::string metric;
  const predictors::PredictorEntry* model = nullptr;
  OptionValues options;
  std::vector<std::string> derived;  // features beside the genes
};

// Deterministic. The rows' genomes are distinct. Identity and sources are left to the caller.
// Throws std::runtime_error that says what to do when no model could be fitted.
StoredPredictor train_predictor(const LoadedSupernet& supernet, const TrainingPlan& plan,
                                std::span<const MeasuredRow> rows);

// On rows that are given, seen or not: its own calibration.
PredictorQuality evaluate_predictor(const StoredPredictor& predictor,
                                    const search::Supernet& supernet,
                                    std::span<const MeasuredRow> rows);

}  // namespace quarry::evaluators
