// What CPython's random module draws after random.seed(number): published samples are repeatable.
#pragma once

#include <bit>
#include <cstdint>
#include <random>
#include <vector>

#include "search/core/search_space.hpp"

namespace quarry::test {

class PythonRandom {
 public:
  explicit PythonRandom(std::uint32_t seed) {
    Words words{seed};
    twister_ = std::mt19937(words);
  }

  // random.choice(range(count))
  std::size_t below(std::size_t count) {
    const auto bits = static_cast<unsigned>(std::bit_width(count));
    for (;;) {
      const std::size_t drawn = twister_() >> (32 - bits);
      if (drawn < count) return drawn;
    }
  }

  // As DyNAS-T samples: every gene in order, dead or not.
  search::Genome genome(const search::SearchSpace& space) {
    search::Genome genome;
    for (const search::Gene& gene : space.genes())
      genome.push_back(static_cast<search::Choice>(below(gene.choices.size())));
    return genome;
  }

 private:
  // init_by_array of Matsumoto's and Nishimura's mt19937ar.c with a key of one number: it fills the
  // state as std::mt19937 takes it from a seed sequence.
  struct Words {
    using result_type = std::uint32_t;
    std::uint32_t key;

    template <typename Iterator>
    void generate(Iterator begin, Iterator end) const {
      const auto size = static_cast<std::uint32_t>(end - begin);
      std::vector<std::uint32_t> state(size);
      const auto mixed = [&](std::uint32_t i) { return state[i - 1] ^ (state[i - 1] >> 30); };
      state[0] = 19650218;
      for (std::uint32_t i = 1; i < size; ++i) state[i] = 1812433253U * mixed(i) + i;
      std::uint32_t i = 1;
      const auto step = [&] {
        if (++i < size) return;
        state[0] = state[size - 1];
        i = 1;
      };
      for (std::uint32_t k = 0; k < size; ++k) {
        state[i] = (state[i] ^ (mixed(i) * 1664525U)) + key;
        step();
      }
      for (std::uint32_t k = 1; k < size; ++k) {
        state[i] = (state[i] ^ (mixed(i) * 1566083941U)) - i;
        step();
      }
      state[0] = 0x80000000U;
      for (std::uint32_t w = 0; w < size; ++w) begin[w] = state[w];
    }
  };

  std::mt19937 twister_;
};

}  // namespace quarry::test
