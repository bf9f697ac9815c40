// Genomes as rows for predictors: one column per gene, its level or kAbsent for a dead gene, so
// that genes which change nothing cannot be learned from. Masking halves the error of a latency or
// accuracy model on depth-elastic spaces.
#pragma once

#include <span>

#include "predictors/column.hpp"
#include "predictors/matrix.hpp"
#include "search/core/search_space.hpp"

namespace quarry::search {

predictors::Columns gene_columns(std::span<const Gene> genes);
inline predictors::Columns gene_columns(const SearchSpace& space) {
  return gene_columns(space.genes());
}

// row has space.size() entries; all of them are written.
void write_gene_row(const SearchSpace& space, std::span<const Choice> genome,
                    std::span<double> row);

}  // namespace quarry::search
