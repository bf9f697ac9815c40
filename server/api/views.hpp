// JSON in and out of the API, shared by its resources.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evaluators/stored_predictor.hpp"
#include "search/supernets/field_error.hpp"
#include "server/http/message.hpp"
#include "server/storage/store.hpp"

namespace quarry::server {

Response json_response(const nlohmann::json& document, unsigned status = 200);

// 422 with every field's mistake; 400 when the document could not be read at all.
Response field_problem(const std::string& detail, const search::FieldErrors& errors);

// {id, name, state, reason, allowed, created_at, tags, notes, priority, spec, progress,
// hypervolume}
nlohmann::json study_view(const StudyRecord& record);

// All that there is of it but for the numbers of its model.
nlohmann::json predictor_view(const evaluators::StoredPredictor& predictor);

// Whole numbers of a query or header.
std::optional<std::int64_t> read_integer(const std::string& text);

// 400 with mistakes of a query, each with its parameter; nothing where there is none.
std::optional<Response> refuse_query(
    const std::vector<std::pair<std::string, std::string>>& mistakes);

// Finds the study that the path names, or answers 404.
std::optional<StudyRecord> find_study(Store& store, const Request& request, Response& refusal);

}  // namespace quarry::server
