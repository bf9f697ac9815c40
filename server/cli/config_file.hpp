// The configuration file: what flags are unless they are given, or in the environment.
//
//   url = "https://search.example:8080"      # of every verb that has the flag
//   token = "qt_..."
//   [submit]                                 # of one verb
//   algorithm = "linas"
#pragma once

#include <optional>
#include <string>

#include "search/supernets/field_error.hpp"
#include "server/cli/verbs.hpp"

namespace quarry::server {

// QUARRY_CONFIG, or quarry/config.toml in the user's folder for configurations; is_named: the
// former.
std::string config_path(bool& is_named);

// Makes what the file says the default of the chosen verb's flags; what it says of others is only
// checked to be about verbs and flags that are there. Every mistake, with the key as its pointer; a
// file that is not there is none, unless it was named.
search::FieldErrors apply_config(const std::string& path, bool is_named, CLI::App& root,
                                 CLI::App& chosen);

// The verb or flag that a user may have meant, as " (did you mean \"watch\"?)".
std::string meant_instead(const CLI::App& root, const std::string& word);

}  // namespace quarry::server
