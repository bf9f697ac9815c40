// Tested by tests/evaluators/fingerprint_test.cpp.
#include "evaluators/hash.hpp"

#include <cstdint>

namespace quarry::evaluators {

std::string hash_text(std::initializer_list<std::string_view> parts) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const std::string_view part : parts) {
    for (const char letter : part)
      hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001B3ULL;
  }
  std::string digits;
  for (int shift = 60; shift >= 0; shift -= 4) digits += "0123456789abcdef"[(hash >> shift) & 0xF];
  return digits;
}

}  // namespace quarry::evaluators
