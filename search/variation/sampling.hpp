// Finding networks that were not seen, for as long as there are any.
#pragma once

#include <optional>

#include "search/core/rng.hpp"
#include "search/core/search_space.hpp"
#include "search/variation/seen.hpp"

namespace quarry::search {

class UnseenSampler {
 public:
  // The space outlives this.
  explicit UnseenSampler(const SearchSpace& space) : space_(space), cursor_(space.size()) {}

  // A random network that is not in `seen`. When random draws keep hitting seen ones, walks the
  // space in counting order from where it last stopped; nothing means that all were seen (or, in a
  // space of more than 10^6 raw genomes, that 10^6 steps of the walk found none).
  std::optional<Genome> draw(const SeenGenomes& seen, Rng& rng);

  // The next unseen network in counting order (the first gene counts fastest), without chance.
  std::optional<Genome> next(const SeenGenomes& seen);

 private:
  const SearchSpace& space_;
  Genome cursor_;
  bool walked_out_ = false;
};

// The two corners of the space: every gene at its first choice, every gene at its last. Choices are
// listed by size as a rule, so these are the smallest and the largest network.
std::vector<Genome> corners(const SearchSpace& space);

}  // namespace quarry::search
