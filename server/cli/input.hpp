// What the verbs read: files, or stdin for "-", and what they say of mistakes in them.
#pragma once

#include <optional>
#include <string>

#include "search/supernets/field_error.hpp"

namespace quarry::server {

// The whole text; nothing, and why on stderr, when it cannot be read. verb: "submit".
std::optional<std::string> read_input(const std::string& verb, const std::string& path);

// "stdin" for "-".
std::string shown_path(const std::string& path);

// Every mistake on stderr, a line each.
void print_mistakes(const std::string& verb, const std::string& path,
                    const search::FieldErrors& errors);

}  // namespace quarry::server
