// Tested by tests/search/rng_test.cpp.
#include "search/core/rng.hpp"

#include <cmath>
#include <numbers>

namespace quarry::search {
namespace {

std::uint64_t split_mix(std::uint64_t& state) {
  state += 0x9E3779B97F4A7C15ULL;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

}  // namespace

Rng::Rng(std::uint64_t seed) : seed_(seed), state_{} {
  std::uint64_t mixer = seed;
  for (std::uint64_t& word : state_) word = split_mix(mixer);
}

Rng Rng::fork(std::string_view purpose, std::uint64_t generation) const {
  std::uint64_t hash = 0xCBF29CE484222325ULL;  // FNV-1a
  for (const char letter : purpose)
    hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001B3ULL;
  std::uint64_t mixer = seed_;
  std::uint64_t child = split_mix(mixer) ^ hash;
  mixer = child + generation * 0xD1342543DE82EF95ULL;
  child = split_mix(mixer);
  return Rng(child);
}

double Rng::normal() {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));  // 1 - uniform is never 0
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

}  // namespace quarry::search
