// Tested by tests/search/variation_test.cpp.
#include "search/variation/mutation.hpp"

#include <algorithm>
#include <cmath>

namespace quarry::search {
namespace {

Choice changed(const Gene& gene, Choice present, Rng& rng) {
  const bool step = gene.kind == GeneKind::kOrdinal && rng.chance(0.5);
  return step ? random_step(gene, present, rng) : random_reset(gene, present, rng);
}

// Calls visit(i) for each i below `count` with probability `rate`, in steps of 1/65536. Eight
// draws of a byte come from one random word, and one test tells whether any of them can be a hit:
// at the usual rates most words have none.
template <typename Visit>
void visit_some(std::size_t count, double rate, Rng& rng, Visit visit) {
  const auto threshold =
      static_cast<std::uint64_t>(std::clamp(std::round(rate * 65536.0), 0.0, 65536.0));
  const std::uint64_t whole = threshold >> 8;  // a byte below it hits, one equal to it may
  const std::uint64_t part = threshold & 0xFF;
  constexpr std::uint64_t kOnes = 0x0101010101010101ULL;
  for (std::size_t begin = 0; begin < count; begin += 8) {
    std::uint64_t draws = rng.next();
    // The highest bit of every byte below whole + 1 (exact while whole < 128).
    const bool none = whole < 127 && ((draws - kOnes * (whole + 1)) & ~draws & (kOnes << 7)) == 0;
    if (none) continue;
    const std::size_t end = std::min(begin + 8, count);
    for (std::size_t i = begin; i < end; ++i, draws >>= 8) {
      const std::uint64_t byte = draws & 0xFF;
      if (byte < whole || (byte == whole && rng.below(256) < part)) visit(i);
    }
  }
}

// Changes one living gene that has a second choice, if there is any.
void change_one(const SearchSpace& space, Genome& genome, Rng& rng) {
  const auto changeable = [&](std::size_t i) {
    return space.genes()[i].choices.size() > 1 && space.is_alive(genome, i);
  };
  constexpr int kTries = 64;
  std::size_t gene = rng.below(genome.size());
  for (int attempt = 0; attempt < kTries && !changeable(gene); ++attempt)
    gene = rng.below(genome.size());
  for (std::size_t i = 0; i < genome.size() && !changeable(gene); ++i) gene = i;
  if (changeable(gene))
    space.set(genome, gene, changed(space.genes()[gene], genome[gene], rng), rng);
}

}  // namespace

Choice random_reset(const Gene& gene, Choice present, Rng& rng) {
  const std::uint64_t drawn = rng.below(gene.choices.size() - 1);
  return static_cast<Choice>(drawn >= present ? drawn + 1 : drawn);
}

Choice random_step(const Gene& gene, Choice present, Rng& rng) {
  const bool can_fall = present > 0;
  const bool can_rise = present + 1U < gene.choices.size();
  const bool rise = can_rise && (!can_fall || rng.chance(0.5));
  return static_cast<Choice>(rise ? present + 1 : present - 1);
}

void mutate(const SearchSpace& space, Genome& genome, double rate, Rng& rng) {
  bool hit = false;
  visit_some(genome.size(), rate, rng, [&](std::size_t i) {
    const Gene& gene = space.genes()[i];
    if (gene.choices.size() == 1 || !space.is_alive(genome, i)) return;
    space.set(genome, i, changed(gene, genome[i], rng), rng);
    hit = true;
  });
  if (!hit) change_one(space, genome, rng);
}

void polynomial_mutate(const SearchSpace& space, Genome& genome, double rate, double spread,
                       Rng& rng) {
  visit_some(genome.size(), rate, rng, [&](std::size_t i) {
    const Gene& gene = space.genes()[i];
    if (gene.choices.size() == 1 || !space.is_alive(genome, i)) return;
    if (gene.kind == GeneKind::kCategorical) {
      space.set(genome, i, random_reset(gene, genome[i], rng), rng);
      return;
    }
    const double last = static_cast<double>(gene.choices.size() - 1);
    const double value = genome[i] / last;
    const double u = rng.uniform();
    const double power = 1.0 / (spread + 1.0);
    const double moved =
        u < 0.5 ? std::pow(2 * u + (1 - 2 * u) * std::pow(1 - value, spread + 1), power) - 1
                : 1 - std::pow(2 * (1 - u) + (2 * u - 1) * std::pow(value, spread + 1), power);
    const double choice = std::clamp(std::round((value + moved) * last), 0.0, last);
    space.set(genome, i, static_cast<Choice>(choice), rng);
  });
}

}  // namespace quarry::search
