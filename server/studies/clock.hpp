// Time as an argument, so that tests can hold it still.
#pragma once

#include <functional>
#include <string>

namespace quarry::server {

struct Clock {
  std::function<double()> steady_seconds;  // never goes back
  std::function<std::string()> now;        // RFC 3339 in UTC, milliseconds
};

Clock system_clock();

// The prefix and 26 characters (a ULID: 48 bits of time, 80 of chance): sorts by age, never
// repeats.
std::string new_id(const std::string& prefix);

}  // namespace quarry::server
