// Crossover of genomes: a child starts as a copy of one parent and takes from the other. Categories
// have no order, so choices are taken whole; only SBX looks between two of them, and only for
// ordinal genes. The result need not be canonical yet.
#pragma once

#include <span>

#include "search/core/rng.hpp"
#include "search/core/search_space.hpp"

namespace quarry::search {

enum class Crossover { kUniform, kTwoPoint, kSbx };

// Each gene from either parent with equal chance (Syswerda 1989).
void uniform_crossover(Genome& child, std::span<const Choice> other, Rng& rng);

// One run of genes from the other parent; keeps neighbouring layers together (De Jong 1975).
void two_point_crossover(Genome& child, std::span<const Choice> other, Rng& rng);

// Simulated binary crossover (Deb and Agrawal 1995, eta = `spread`) of every second ordinal gene,
// rounded to a choice; uniform for categorical ones. A large spread stays near the parents.
void sbx_crossover(const SearchSpace& space, Genome& child, std::span<const Choice> other,
                   double spread, Rng& rng);

// A gene that lives in the child but was dead in the parent it came from, and so had no choice, is
// taken from the other parent. Both parents are canonical.
void inherit_living(const SearchSpace& space, Genome& child, std::span<const Choice> mother,
                    std::span<const Choice> father);

// A canonical child of two canonical parents.
Genome crossed(Crossover kind, const SearchSpace& space, std::span<const Choice> mother,
               std::span<const Choice> father, Rng& rng);

}  // namespace quarry::search
