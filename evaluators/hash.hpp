// A short name for bytes: tells versions and machines apart, protects against nobody.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace quarry::evaluators {

// 16 hex digits: FNV-1a, 64 bits, over the parts one after another.
std::string hash_text(std::initializer_list<std::string_view> parts);

}  // namespace quarry::evaluators
