// Tested by tests/evaluators/predictor_training_test.cpp.
#include "evaluators/predictor_training.hpp"

#include <algorithm>
#include <cassert>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "evaluators/hash.hpp"
#include "predictors/cross_validation.hpp"

namespace quarry::evaluators {
namespace {

constexpr std::size_t kFolds = 5;

std::vector<search::Genome> genomes_of(std::span<const MeasuredRow> rows) {
  std::vector<search::Genome> genomes;
  for (const MeasuredRow& row : rows) genomes.push_back(row.genome);
  return genomes;
}

std::vector<double> values_of(std::span<const MeasuredRow> rows) {
  std::vector<double> values;
  for (const MeasuredRow& row : rows) values.push_back(row.value);
  return values;
}

// Empty, that is unknown, unless every row says it.
std::vector<double> noise_of(std::span<const MeasuredRow> rows) {
  std::vector<double> noise;
  if (std::ranges::any_of(rows, [](const MeasuredRow& row) { return row.deviation <= 0.0; }))
    return noise;
  for (const MeasuredRow& row : rows) noise.push_back(row.deviation);
  return noise;
}

std::string hash_of(std::span<const MeasuredRow> rows) {
  std::string text;
  for (const MeasuredRow& row : rows)
    text += nlohmann::json{row.genome, row.value, row.deviation}.dump() + "\n";
  return hash_text({text});
}

// The calibration that a row is judged by knows nothing of its own fold.
std::vector<IntervalScale> scales_without_fold(const predictors::Prediction& guessed,
                                               std::span<const double> measured) {
  std::vector<IntervalScale> calibrations;
  for (std::size_t fold = 0; fold < kFolds; ++fold) {
    predictors::Prediction others;
    std::vector<double> their_values;
    for (std::size_t i = 0; i < measured.size(); ++i) {
      if (i % kFolds == fold) continue;
      others.mean.push_back(guessed.mean[i]);
      others.standard_deviation.push_back(guessed.standard_deviation[i]);
      their_values.push_back(measured[i]);
    }
    calibrations.push_back(interval_scale(others, their_values));
  }
  return calibrations;
}

PredictorQuality cross_validated(const predictors::Prediction& guessed,
                                 std::span<const MeasuredRow> rows,
                                 std::span<const double> measured) {
  const std::vector<IntervalScale> calibrations = scales_without_fold(guessed, measured);
  std::vector<ParityRow> parity;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    parity.push_back(
        {.genome = rows[i].genome,
         .measured = measured[i],
         .predicted = guessed.mean[i],
         .standard_deviation = calibrations[i % kFolds].apply(guessed.standard_deviation[i])});
  }
  return quality_of(std::move(parity), kFolds);
}

}  // namespace

StoredPredictor train_predictor(const LoadedSupernet& supernet, const TrainingPlan& plan,
                                std::span<const MeasuredRow> rows) {
  assert(rows.size() >= kLeastTrainingRows && rows.size() <= kMostTrainingRows);
  StoredPredictor trained{.supernet = supernet.supernet().name,
                          .supernet_version = supernet.version(),
                          .metric = plan.metric,
                          .recipe = search::feature_recipe(supernet.supernet(), plan.derived),
                          .model = plan.model->name,
                          .options = plan.options};
  const predictors::Columns columns = trained.recipe.columns();
  const predictors::Matrix x = trained.recipe.rows(supernet.supernet(), genomes_of(rows));
  const std::vector<double> y = values_of(rows);
  const std::vector<double> noise = noise_of(rows);
  try {
    const predictors::Prediction guessed =
        predictors::out_of_fold(*plan.model, plan.options, columns, x, y, kFolds);
    trained.calibration = interval_scale(guessed, y);
    trained.quality = cross_validated(guessed, rows, y);
    const std::unique_ptr<predictors::Predictor> model = plan.model->make(plan.options, columns);
    model->fit(x, y, noise);
    // What is kept is what a restart will read: the model made again from its state.
    std::shared_ptr<predictors::Predictor> restored = plan.model->make(plan.options, columns);
    restored->restore(model->save());
    trained.fitted = std::move(restored);
  } catch (const std::invalid_argument& error) {
    throw std::runtime_error("model " + plan.model->name +
                             " could not be fitted to these rows: " + error.what());
  }
  trained.training.rows = rows.size();
  trained.training.hash = hash_of(rows);
  return trained;
}

PredictorQuality evaluate_predictor(const StoredPredictor& predictor,
                                    const search::Supernet& supernet,
                                    std::span<const MeasuredRow> rows) {
  const std::vector<Guess> guesses = predictor.predict(supernet, genomes_of(rows));
  std::vector<ParityRow> parity;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    parity.push_back({.genome = rows[i].genome,
                      .measured = rows[i].value,
                      .predicted = guesses[i].mean,
                      .standard_deviation = guesses[i].standard_deviation});
  }
  return quality_of(std::move(parity), 0);
}

}  // namespace quarry::evaluators
