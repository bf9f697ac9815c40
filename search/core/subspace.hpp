// A search space with fewer choices: what one study or one machine leaves of a supernet's space.
// Algorithms see the small space; the genomes that are stored, shown and measured are the large
// one's.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "search/core/search_space.hpp"

namespace quarry::search {

class Subspace {
 public:
  // keep(gene, choice) says what stays; a gene of which nothing would stay keeps all its choices.
  // The full space outlives this.
  Subspace(const SearchSpace& full, const std::function<bool(const Gene&, Choice)>& keep);

  const SearchSpace& space() const { return space_; }

  // Canonical in the full space.
  Genome expand(const Genome& small) const;

  // Canonical in the small space; nothing when a living gene has a choice that was left out.
  std::optional<Genome> reduce(const Genome& full) const;

 private:
  const SearchSpace& full_;
  SearchSpace space_;
  std::vector<std::vector<Choice>> kept_;  // per gene, small choice -> full choice
};

}  // namespace quarry::search
