// A study's document as a user posts it: the spec, and beside it what no result depends on (tags,
// notes, priority).
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "server/api/api.hpp"

namespace quarry::server {

// Takes tags, notes and priority out of the document; those that it has not stay as they are in
// `labels`. Mistakes go to `errors`.
void take_labels(nlohmann::json& document, StudyLabels& labels, search::FieldErrors& errors);

// Creates the study, a draft if the query says draft=true, or refuses with every mistake.
Response create_from(const ApiContext& context, const Request& request, nlohmann::json document,
                     StudyLabels labels);

// 200 or 202 with the study, 404, or 409 with what is allowed instead of `verb`.
Response answer_of(const StudyManager::Outcome& outcome, const Request& request,
                   const std::string& verb, unsigned status = 202);

}  // namespace quarry::server
