// A predictor that outlives the study it was trained for: what it predicts of which supernet, how
// genomes become its rows, the fitted model, how far its intervals must reach, and how good it was
// on networks that it had not seen. Immutable once made; safe to share between threads.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "evaluators/predictor_quality.hpp"
#include "predictors/options.hpp"
#include "predictors/predictor.hpp"
#include "search/supernets/feature_recipe.hpp"
#include "search/supernets/field_error.hpp"
#include "search/supernets/supernet.hpp"

namespace quarry::evaluators {

struct Guess {
  double mean = 0.0;
  double standard_deviation = 0.0;  // calibrated
  bool operator==(const Guess&) const = default;
};

// What it was fitted to; the rows themselves are in the quality's parity table.
struct TrainingSummary {
  std::size_t rows = 0;     // distinct networks
  std::string hash;         // 16 hex digits of genomes, values and their deviations, in order
  std::string sources;      // JSON object: which studies, imports and inline rows gave how many
  std::string evaluator;    // JSON object: how the values were measured; "null" where nobody says
  std::string fingerprint;  // id of the machine that they were measured on; empty where it does
  std::string fingerprint_text;  // not matter or nobody says
};

struct StoredPredictor {
  std::string id;  // "pr_..."
  std::string name;
  std::int64_t version = 0;
  std::string created_at;  // RFC 3339, UTC

  std::string supernet;
  std::string supernet_version;  // at training
  std::string metric;
  search::FeatureRecipe recipe;
  std::string model;  // entry of the predictor registry
  OptionValues options;
  std::shared_ptr<const predictors::Predictor> fitted;
  IntervalScale calibration;
  TrainingSummary training;
  PredictorQuality quality;

  // "name@3"
  std::string reference() const { return name + "@" + std::to_string(version); }

  // Why it does not predict networks of this supernet; nothing when it does.
  std::optional<std::string> refusal(const search::Supernet& supernet) const;

  // Same order, same length. Precondition: no refusal(supernet), its space contains each genome.
  std::vector<Guess> predict(const search::Supernet& supernet,
                             std::span<const search::Genome> genomes) const;
};

// The stored form, which is also the one that is exported. Numbers come back to the last bit.
nlohmann::json to_json(const StoredPredictor& predictor);

// On any mistake, a newer format included, nothing, and every mistake in `errors`.
std::optional<StoredPredictor> stored_predictor_from_json(const nlohmann::json& document,
                                                          search::FieldErrors& errors);

}  // namespace quarry::evaluators
