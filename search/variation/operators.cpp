// Tested by tests/search/variation_test.cpp.
#include "search/variation/operators.hpp"

#include <cassert>

namespace quarry::search {
namespace {

// Any choice but the present one.
Choice other_choice(const Gene& gene, Choice present, Rng& rng) {
  const std::uint64_t drawn = rng.below(gene.choices.size() - 1);
  return static_cast<Choice>(drawn >= present ? drawn + 1 : drawn);
}

Choice neighbour(const Gene& gene, Choice present, Rng& rng) {
  const bool can_fall = present > 0;
  const bool can_rise = present + 1U < gene.choices.size();
  const bool rise = can_rise && (!can_fall || rng.chance(0.5));
  return static_cast<Choice>(rise ? present + 1 : present - 1);
}

void change(const Gene& gene, Choice& choice, Rng& rng) {
  const bool step = gene.kind == GeneKind::kOrdinal && rng.chance(0.5);
  choice = step ? neighbour(gene, choice, rng) : other_choice(gene, choice, rng);
}

}  // namespace

Genome uniform_crossover(const Genome& a, const Genome& b, Rng& rng) {
  assert(a.size() == b.size());
  Genome child = a;
  std::uint64_t coins = 0;
  for (std::size_t i = 0; i < child.size(); ++i) {
    if (i % 64 == 0) coins = rng.next();
    if ((coins & 1) != 0) child[i] = b[i];
    coins >>= 1;
  }
  return child;
}

void mutate(const SearchSpace& space, Genome& genome, double rate, Rng& rng) {
  space.canonicalise(genome);
  const std::vector<bool> alive = space.alive(genome);
  const auto genes = space.genes();
  std::vector<std::size_t> changeable;
  for (std::size_t i = 0; i < genome.size(); ++i) {
    if (alive[i] && genes[i].choices.size() > 1) changeable.push_back(i);
  }
  if (changeable.empty()) return;
  bool changed = false;
  for (const std::size_t i : changeable) {
    if (!rng.chance(rate)) continue;
    change(genes[i], genome[i], rng);
    changed = true;
  }
  if (!changed) {
    const std::size_t i = changeable[rng.below(changeable.size())];
    change(genes[i], genome[i], rng);
  }
  space.canonicalise(genome);
}

UnseenSampler::UnseenSampler(const SearchSpace& space) : space_(space), cursor_(space.size()) {}

std::optional<Genome> UnseenSampler::draw(const SeenGenomes& seen, Rng& rng) {
  constexpr int kRandomTries = 64;
  constexpr int kWalkSteps = 1000000;
  for (int attempt = 0; attempt < kRandomTries; ++attempt) {
    Genome genome = space_.random(rng);
    if (!seen.contains(genome)) return genome;
  }
  const auto genes = space_.genes();
  for (int step = 0; step < kWalkSteps && !walked_out_; ++step) {
    Genome candidate = space_.canonical(cursor_);
    std::size_t digit = 0;
    while (digit < cursor_.size() && ++cursor_[digit] == genes[digit].choices.size())
      cursor_[digit++] = 0;
    walked_out_ = digit == cursor_.size();
    if (!seen.contains(candidate)) return candidate;
  }
  return std::nullopt;
}

}  // namespace quarry::search
