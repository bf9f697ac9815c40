// Mutation of genomes. It knows that categories have no order and that dead genes do not matter:
// whatever it does makes another network, in canonical form.
#pragma once

#include "search/core/rng.hpp"
#include "search/core/search_space.hpp"

namespace quarry::search {

// Any choice but `present`, all alike. The gene has at least two.
Choice random_reset(const Gene& gene, Choice present, Rng& rng);

// One choice up or down, for ordinal genes. The gene has at least two choices.
Choice random_step(const Gene& gene, Choice present, Rng& rng);

// Each living gene changes with probability `rate` (to 1/65536), at least one does: a categorical
// gene by reset, an ordinal one by a step half of the time and by reset else. Genes that come alive
// get a random choice. Canonical in, canonical out, and, as long as any living gene has a second
// choice, another network.
void mutate(const SearchSpace& space, Genome& genome, double rate, Rng& rng);

// Polynomial mutation (Deb and Goyal 1996, eta = `spread`) of ordinal genes with probability `rate`
// each, reset of categorical ones: the field's operator, for comparison. Canonical in, canonical
// out; may change nothing.
void polynomial_mutate(const SearchSpace& space, Genome& genome, double rate, double spread,
                       Rng& rng);

}  // namespace quarry::search
