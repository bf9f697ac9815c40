// Access tokens: what they may do and how they are kept. A token is 32 random bytes, so its plain
// SHA-256 is enough to know it again and useless to whoever reads the database.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace quarry::server {

enum class Scope {
  kRead,    // look at everything, change nothing
  kWorker,  // also claim tasks and report what came of them
  kAdmin    // everything
};

std::string_view to_text(Scope scope);
std::optional<Scope> scope_from(std::string_view text);

// "qt_" and 43 letters. Throws std::runtime_error when the system has no randomness.
std::string make_token();

// 64 hex digits.
std::string hash_token(std::string_view token);

// In the same time whatever the texts are, if they are of one length.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace quarry::server
