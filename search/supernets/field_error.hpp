// What is wrong with a document a user gave: where (RFC 6901 pointer) and what to do. All mistakes
// are collected.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace quarry::search {

struct FieldError {
  std::string pointer;  // "/objectives/0/metric"; "" is the whole document
  std::string detail;   // what was expected, what came, what to do
  bool operator==(const FieldError&) const = default;
};

using FieldErrors = std::vector<FieldError>;

// " (did you mean NAME?)" when a candidate is close to `name`, else "".
std::string did_you_mean(std::string_view name, std::span<const std::string> candidates);

// "a, b or c"
std::string one_of(std::span<const std::string> names);

}  // namespace quarry::search
