// Random numbers that are the same on every machine and standard library: xoshiro256** (Blackman
// and Vigna, 2018) seeded by SplitMix64, bounded without bias (Lemire 2019, ACM TOMACS 29(1)).
// Randomness is an argument: fork(purpose, generation) gives every use a stream of its own, so that
// drawing more in one place never changes another.
#pragma once

#include <array>
#include <bit>
#include <cassert>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace quarry::search {

class Rng {
 public:
  explicit Rng(std::uint64_t seed);

  // A stream that depends on this one's seed, the purpose and the generation only, not on what was
  // drawn so far.
  Rng fork(std::string_view purpose, std::uint64_t generation = 0) const;

  std::uint64_t next() {
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

  // Uniform in 0 .. bound - 1, without bias; bound >= 1.
  std::uint64_t below(std::uint64_t bound) {
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

  // Uniform in [0, 1), 53 bits.
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

  // Standard normal (Box and Muller 1958, one of the pair).
  double normal();

  bool chance(double probability) { return uniform() < probability; }

  template <typename T>
  void shuffle(std::span<T> items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

 private:
  std::uint64_t seed_;
  std::array<std::uint64_t, 4> state_;
};

}  // namespace quarry::search
