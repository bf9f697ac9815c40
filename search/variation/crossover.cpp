// Tested by tests/search/variation_test.cpp.
#include "search/variation/crossover.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>

namespace quarry::search {

void uniform_crossover(Genome& child, std::span<const Choice> other, Rng& rng) {
  assert(child.size() == other.size());
  // Eight genes a step: each of eight coins becomes a byte of all ones or none.
  constexpr std::uint64_t kOneBitPerByte = 0x8040201008040201ULL;
  constexpr std::uint64_t kLowBits = 0x0101010101010101ULL;
  constexpr std::size_t kStep = 8;
  std::uint64_t coins = 0;
  std::size_t begin = 0;
  const auto mixed = [&](std::uint64_t a, std::uint64_t b) {
    if (begin % 64 == 0) coins = rng.next();
    const std::uint64_t spread = (coins & 0xFF) * kLowBits & kOneBitPerByte;
    const std::uint64_t take = (((spread + 0x7F7F7F7F7F7F7F7FULL) | spread) >> 7 & kLowBits) * 0xFF;
    coins >>= kStep;
    return a ^ ((a ^ b) & take);
  };
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  for (; begin + kStep <= child.size(); begin += kStep) {
    std::memcpy(&a, child.data() + begin, kStep);
    std::memcpy(&b, other.data() + begin, kStep);
    a = mixed(a, b);
    std::memcpy(child.data() + begin, &a, kStep);
  }
  const std::size_t rest = child.size() - begin;
  if (rest == 0) return;
  a = b = 0;
  std::memcpy(&a, child.data() + begin, rest);
  std::memcpy(&b, other.data() + begin, rest);
  a = mixed(a, b);
  std::memcpy(child.data() + begin, &a, rest);
}

void two_point_crossover(Genome& child, std::span<const Choice> other, Rng& rng) {
  assert(child.size() == other.size());
  std::size_t first = rng.below(child.size() + 1);
  std::size_t last = rng.below(child.size() + 1);
  if (first > last) std::swap(first, last);
  std::copy(other.begin() + static_cast<std::ptrdiff_t>(first),
            other.begin() + static_cast<std::ptrdiff_t>(last),
            child.begin() + static_cast<std::ptrdiff_t>(first));
}

void sbx_crossover(const SearchSpace& space, Genome& child, std::span<const Choice> other,
                   double spread, Rng& rng) {
  assert(child.size() == other.size());
  for (std::size_t i = 0; i < child.size(); ++i) {
    if (!rng.chance(0.5)) continue;
    const Gene& gene = space.genes()[i];
    if (gene.kind == GeneKind::kCategorical) {
      child[i] = other[i];
      continue;
    }
    const double u = rng.uniform();
    const double beta = u < 0.5 ? std::pow(2.0 * u, 1.0 / (spread + 1.0))
                                : std::pow(0.5 / (1.0 - u), 1.0 / (spread + 1.0));
    const double a = child[i];
    const double b = other[i];
    const double value = 0.5 * ((1.0 + beta) * a + (1.0 - beta) * b);
    const auto last = static_cast<double>(gene.choices.size() - 1);
    child[i] = static_cast<Choice>(std::clamp(std::round(value), 0.0, last));
  }
}

void inherit_living(const SearchSpace& space, Genome& child, std::span<const Choice> mother,
                    std::span<const Choice> father) {
  for (const SearchSpace::Rule& rule : space.rules()) {
    if (mother[rule.on] == father[rule.on] || !space.holds(rule, child)) continue;
    if (!space.holds(rule, mother)) child[rule.gene] = father[rule.gene];
    if (!space.holds(rule, father)) child[rule.gene] = mother[rule.gene];
  }
}

Genome crossed(Crossover kind, const SearchSpace& space, std::span<const Choice> mother,
               std::span<const Choice> father, Rng& rng) {
  constexpr double kSpread = 15.0;  // the field's usual eta
  Genome child(mother.begin(), mother.end());
  switch (kind) {
    case Crossover::kUniform:
      uniform_crossover(child, father, rng);
      break;
    case Crossover::kTwoPoint:
      two_point_crossover(child, father, rng);
      break;
    case Crossover::kSbx:
      sbx_crossover(space, child, father, kSpread, rng);
      break;
  }
  inherit_living(space, child, mother, father);
  space.canonicalise(child);
  return child;
}

}  // namespace quarry::search
