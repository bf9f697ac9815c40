// Tested by tests/evaluators/stored_predictor_test.cpp.
#include "evaluators/stored_predictor.hpp"

namespace quarry::evaluators {

std::optional<std::string> StoredPredictor::refusal(const search::Supernet& given) const {
  if (given.name != supernet)
    return "predictor " + reference() + " learned from networks of " + supernet + ", not of " +
           given.name;
  if (const auto why = recipe.refusal(given))
    return "predictor " + reference() + " does not fit this version of " + supernet + ": " + *why +
           "; train it again";
  return std::nullopt;
}

std::vector<Guess> StoredPredictor::predict(const search::Supernet& of,
                                            std::span<const search::Genome> genomes) const {
  std::vector<Guess> guesses;
  if (genomes.empty()) return guesses;
  const predictors::Prediction prediction = fitted->predict(recipe.rows(of, genomes));
  for (std::size_t i = 0; i < genomes.size(); ++i)
    guesses.push_back({.mean = prediction.mean[i],
                       .standard_deviation = calibration.apply(prediction.standard_deviation[i])});
  return guesses;
}

}  // namespace quarry::evaluators
