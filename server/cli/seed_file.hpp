// A file of networks that a study measures first, as `quarry submit --seeds` takes it. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "search/supernets/field_error.hpp"

namespace quarry::server {

// The configurations of a JSON array of them, or of a front as GET /v1/studies/{id}/front and
// `quarry front --json` show it. Whether they are networks of the supernet, the server tells. On
// any mistake: an empty array, and every mistake in `errors`. A front that has further pages, or no
// network at all, is taken as it is, with a word in `notes`.
nlohmann::json read_seed_configs(std::string_view text, search::FieldErrors& errors,
                                 std::vector<std::string>& notes);

// Appends to /seeds/configs and /seeds/studies of a study's document; what has another shape than
// it must have is left as it is, for the server to refuse.
void add_seeds(nlohmann::json& study, const nlohmann::json& configs,
               const std::vector<std::string>& studies);

// What became of the fronts that a created study starts from, a sentence each.
std::vector<std::string> seed_sentences(const nlohmann::json& study);

}  // namespace quarry::server
