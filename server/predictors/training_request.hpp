// What a user asks to be trained: read from JSON with every mistake at once.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "evaluators/predictor_training.hpp"
#include "evaluators/supernet_library.hpp"
#include "search/supernets/field_error.hpp"
#include "server/predictors/measured_rows.hpp"
#include "server/storage/store.hpp"

namespace quarry::server {

struct TrainingRequest {
  std::string name;
  const evaluators::LoadedSupernet* supernet = nullptr;
  evaluators::TrainingPlan plan;
  MeasuredRows measured;
};

// {"name", "metric", "supernet" (of the first study, if it is left out), "model": NAME or {"name",
// options}, "features": [derived feature, ...]} and the fields of read_measured_rows. On any
// mistake nothing, and every mistake in `errors`.
std::optional<TrainingRequest> parse_training_request(const nlohmann::json& document,
                                                      const evaluators::SupernetLibrary& supernets,
                                                      Store& store, ImportStore& imports,
                                                      search::FieldErrors& errors);

// Whether a name is one that a predictor may have: letters, digits, "_", "." and "-", and not like
// an id.
bool is_predictor_name(const std::string& name);
extern const char* const kPredictorNameRule;

}  // namespace quarry::server
