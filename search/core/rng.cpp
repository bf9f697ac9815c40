// xoshiro256** and Lemire's unbiased bounded draw (ACM TOMACS 2019). Tested by
// tests/search/rng_test.cpp.
#include "search/core/rng.hpp"

#include <bit>
#include <cassert>
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

std::uint64_t Rng::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint64_t Rng::below(std::uint64_t bound) {
  assert(bound >= 1);
  __extension__ using Wide = unsigned __int128;
  Wide product = static_cast<Wide>(next()) * bound;
  if (static_cast<std::uint64_t>(product) < bound) {
    const std::uint64_t threshold = (0 - bound) % bound;
    while (static_cast<std::uint64_t>(product) < threshold)
      product = static_cast<Wide>(next()) * bound;
  }
  return static_cast<std::uint64_t>(product >> 64);
}

double Rng::normal() {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));  // 1 - uniform is never 0
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

}  // namespace quarry::search
