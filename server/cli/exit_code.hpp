// What the quarry command tells the script that called it. README.md lists them for users.
#pragma once

#include "server/http/message.hpp"

namespace quarry::server {

inline constexpr int kDone = 0;
inline constexpr int kWentWrong = 1;    // refused, or it went wrong: why is on stderr
inline constexpr int kWronglyUsed = 2;  // flags, arguments or the configuration file
inline constexpr int kNoServer = 3;    // none answers, it broke off or is too busy: try again later
inline constexpr int kNotThere = 4;    // the server has no such thing
inline constexpr int kNotAllowed = 5;  // a token is needed, or this one may not

// The code of an answer that is a refusal.
int exit_code_of(unsigned status);

// Prints the problem document on stderr, as print_problem does, and gives its code.
int refuse(const Response& response);

}  // namespace quarry::server
