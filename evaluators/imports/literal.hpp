// A literal as Python or JSON writes it: numbers, texts in either kind of quotes, None, True,
// False, null, true, false, nan, lists, tuples, dicts. Result files hold configurations so:
// {'d': [2, 3], 'mode': ['asymmetric', None]}.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace quarry::evaluators {

inline constexpr int kMaxLiteralDepth = 16;

// Whole numbers stay whole; nan becomes null. On any mistake nothing, and in `problem` what was
// expected and at which character. Any bytes may come; deeper nesting than kMaxLiteralDepth is a
// mistake.
std::optional<nlohmann::json> parse_literal(std::string_view text, std::string& problem);

}  // namespace quarry::evaluators
