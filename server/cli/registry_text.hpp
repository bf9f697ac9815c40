// The registries' own words as a terminal shows them: what GET /v1/catalog says as JSON. Pure text.
#pragma once

#include <optional>
#include <string>

namespace quarry::server {

// Every algorithm with its summary, when to choose it, its paper and how many objectives it takes;
// of one alone its options too. Nothing when there is none of that name.
std::string algorithms_text();
std::optional<std::string> algorithm_text(const std::string& name);

// The same of the kinds of model that predictors are made of, which say less of themselves.
std::string models_text();
std::optional<std::string> model_text(const std::string& name);

}  // namespace quarry::server
