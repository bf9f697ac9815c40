// Random numbers that are the same on every machine and standard library: xoshiro256** (Blackman
// and Vigna, 2018) seeded by SplitMix64. Randomness is an argument: fork(purpose, generation) gives
// every use a stream of its own, so that drawing more in one place never changes another.
#pragma once

#include <array>
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

  std::uint64_t next();

  // Uniform in 0 .. bound - 1, without bias; bound >= 1.
  std::uint64_t below(std::uint64_t bound);

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
