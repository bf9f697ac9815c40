// Which genomes have been proposed or measured: membership only, never iterated, so hashing cannot
// change a search.
#pragma once

#include <cstddef>
#include <string_view>
#include <unordered_set>

#include "search/core/genome.hpp"

namespace quarry::search {

class SeenGenomes {
 public:
  // False when it was there already. The genome must be canonical.
  bool insert(const Genome& genome) { return genomes_.insert(genome).second; }
  bool contains(const Genome& genome) const { return genomes_.contains(genome); }
  std::size_t size() const { return genomes_.size(); }

 private:
  struct Hash {
    std::size_t operator()(const Genome& genome) const {
      return std::hash<std::string_view>{}(
          {reinterpret_cast<const char*>(genome.data()), genome.size()});
    }
  };
  std::unordered_set<Genome, Hash> genomes_;
};

}  // namespace quarry::search
