// What the verbs read and write: files, or stdin and stdout for "-", and what they say of mistakes.
#pragma once

#include <optional>
#include <string>

#include "search/supernets/field_error.hpp"

namespace quarry::server {

// The whole text; nothing, and why on stderr, when it cannot be read. verb: "submit".
std::optional<std::string> read_input(const std::string& verb, const std::string& path);

// To a file, or stdout for "-" and ""; the exit code, and why on stderr where it cannot be written.
int write_output(const std::string& verb, const std::string& path, const std::string& bytes);

// "stdin" for "-".
std::string shown_path(const std::string& path);

// Every mistake on stderr, a line each.
void print_mistakes(const std::string& verb, const std::string& path,
                    const search::FieldErrors& errors);

}  // namespace quarry::server
