// The user's view of a genome: parameter name -> value, or list of values for a parameter that is a
// list.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "search/core/search_space.hpp"
#include "search/supernets/field_error.hpp"

namespace quarry::search {

// Every parameter in the space's order, dead members of lists included (their first choice, in a
// canonical genome).
nlohmann::ordered_json config_to_json(const SearchSpace& space, const Genome& genome);

// Reads a config; a single value given for a list stands for all its members. Members of a list
// beyond those given are not allowed to be missing. On any mistake: nothing, and every mistake in
// `errors`. The genome is canonical.
std::optional<Genome> config_from_json(const SearchSpace& space, const nlohmann::json& config,
                                       const std::string& pointer, FieldErrors& errors);

// Reads a genome given as a list of choice indices; canonical, with the same error rules.
std::optional<Genome> genome_from_json(const SearchSpace& space, const nlohmann::json& genome,
                                       const std::string& pointer, FieldErrors& errors);

}  // namespace quarry::search
