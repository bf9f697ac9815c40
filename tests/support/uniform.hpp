// A fixed sequence in [0, 1), where a test needs any numbers but the same ones: a linear
// congruential generator (Numerical Recipes' constants).
#pragma once

#include <cstdint>
#include <functional>

namespace quarry::test {

inline std::function<double()> uniform(std::uint32_t seed) {
  return [state = seed]() mutable {
    state = state * 1664525U + 1013904223U;
    return static_cast<double>(state >> 8) / static_cast<double>(1U << 24);
  };
}

}  // namespace quarry::test
