// Stored predictors as a terminal shows them. Pure text from what the API answers.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace quarry::server {

// One line per item of GET /v1/predictors, with a heading.
std::string predictor_table(const nlohmann::json& items);

// All that GET /v1/predictors/{id} says: what it is, its quality, its residuals, its parity plot.
std::string predictor_report(const nlohmann::json& predictor);

// The figures, the residuals' quantiles and the parity plot of a quality.
std::string quality_report(const nlohmann::json& quality);

// Predicted over measured: '*' is one network, '#' more than one, '.' where both are equal.
std::string parity_plot(const nlohmann::json& parity);

// One line per item of a :predict answer.
std::string prediction_table(const nlohmann::json& answer);

}  // namespace quarry::server
