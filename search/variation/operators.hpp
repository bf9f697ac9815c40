// Sampling, crossover and mutation of genomes. They know that categories have no order, that dead
// genes do not matter, and that a network must not be proposed twice. ("Operators" of evolution; an
// Operator type is always a network's.)
#pragma once

#include <optional>

#include "search/core/rng.hpp"
#include "search/core/search_space.hpp"
#include "search/variation/seen.hpp"

namespace quarry::search {

// Each gene from either parent with equal chance (Syswerda 1989).
Genome uniform_crossover(const Genome& a, const Genome& b, Rng& rng);

// Each living gene changes with probability `rate`, at least one does: a categorical gene to any
// other choice, an ordinal one to a neighbour half of the time and to any other choice else. The
// result is canonical and, as long as any living gene has a second choice, another network.
void mutate(const SearchSpace& space, Genome& genome, double rate, Rng& rng);

// Finds networks that were not seen, for as long as there are any.
class UnseenSampler {
 public:
  explicit UnseenSampler(const SearchSpace& space);

  // A random network that is not in `seen`. When random draws keep hitting seen ones, walks the
  // space in counting order from where it last stopped; nothing means that all were seen (or, in a
  // space of more than 10^6 raw genomes, that 10^6 steps of the walk found none).
  std::optional<Genome> draw(const SeenGenomes& seen, Rng& rng);

 private:
  const SearchSpace& space_;
  Genome cursor_;
  bool walked_out_ = false;
};

}  // namespace quarry::search
