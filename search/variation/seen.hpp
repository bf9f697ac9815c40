// Which genomes have been proposed or measured, numbered in the order they were seen. All genomes
// lie one behind the other in one block, beside a table of hashes with open addressing: on the path
// of every variation there is no allocation and, for a new genome, one cache miss.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "search/core/genome.hpp"

namespace quarry::search {

// Genomes must be canonical and of one length.
class SeenGenomes {
 public:
  // Its number, and whether it is new.
  std::pair<std::size_t, bool> add(const Genome& genome);
  // False when it was there already.
  bool insert(const Genome& genome) { return add(genome).second; }

  std::optional<std::size_t> find(const Genome& genome) const;
  bool contains(const Genome& genome) const { return find(genome).has_value(); }

  std::size_t size() const { return count_; }
  std::span<const Choice> operator[](std::size_t number) const {
    return {block_.data() + number * length_, length_};
  }

 private:
  struct Slot {
    std::uint32_t tag = 0;     // upper half of the hash
    std::uint32_t number = 0;  // 1 + the genome's number; 0 = empty
  };

  // The slot that holds the genome, or the empty one where it would go.
  std::size_t slot_of(const Genome& genome, std::uint64_t hash) const;
  void grow();

  std::size_t length_ = 0;
  std::size_t count_ = 0;
  std::vector<Choice> block_;
  std::vector<Slot> slots_;
};

}  // namespace quarry::search
