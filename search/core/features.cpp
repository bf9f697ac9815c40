// Masked one-hot rows. Tested by tests/search/features_test.cpp.
#include "search/core/features.hpp"

#include <algorithm>
#include <cassert>

namespace quarry::search {

std::size_t masked_one_hot_width(const SearchSpace& space) {
  std::size_t width = 0;
  for (const Gene& gene : space.genes()) width += gene.choices.size();
  return width;
}

void write_masked_one_hot(const SearchSpace& space, const Genome& genome, std::span<double> row) {
  assert(row.size() == masked_one_hot_width(space));
  std::ranges::fill(row, 0.0);
  const std::vector<bool> alive = space.alive(genome);
  std::size_t column = 0;
  for (std::size_t i = 0; i < genome.size(); ++i) {
    if (alive[i]) row[column + genome[i]] = 1.0;
    column += space.genes()[i].choices.size();
  }
}

}  // namespace quarry::search
