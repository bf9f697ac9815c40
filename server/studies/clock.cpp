// The real clock and identifiers made from it.
#include "server/studies/clock.hpp"

#include <sys/random.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <stdexcept>

namespace quarry::server {
namespace {

std::int64_t milliseconds_now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string rfc3339(std::int64_t milliseconds) {
  const std::time_t seconds = static_cast<std::time_t>(milliseconds / 1000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", utc.tm_year + 1900,
                utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                static_cast<int>(milliseconds % 1000));
  return text.data();
}

}  // namespace

Clock system_clock() {
  return {.steady_seconds =
              [] {
                return std::chrono::duration<double>(
                           std::chrono::steady_clock::now().time_since_epoch())
                    .count();
              },
          .now = [] { return rfc3339(milliseconds_now()); }};
}

std::string new_id(const std::string& prefix) {
  constexpr const char* kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::array<std::uint8_t, 16> bytes{};
  const std::int64_t time = milliseconds_now();
  for (std::size_t i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(time >> (40 - 8 * i));
  if (getrandom(bytes.data() + 6, 10, 0) != 10)
    throw std::runtime_error("the kernel gave no random bytes");
  std::string id = prefix;
  // 128 bits in 26 groups of five, the first of which holds three.
  for (int group = 0; group < 26; ++group) {
    const int lowest = 125 - 5 * group;
    unsigned value = 0;
    for (int bit = 4; bit >= 0; --bit) {
      const int position = lowest + bit;
      const unsigned set =
          position > 127
              ? 0U
              : (bytes[static_cast<std::size_t>((127 - position) / 8)] >> (position % 8)) & 1U;
      value = value << 1 | set;
    }
    id += kCrockford[value];
  }
  return id;
}

}  // namespace quarry::server
