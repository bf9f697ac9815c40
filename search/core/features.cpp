// Tested by tests/search/features_test.cpp.
#include "search/core/features.hpp"

#include <cassert>

namespace quarry::search {

predictors::Columns gene_columns(std::span<const Gene> genes) {
  predictors::Columns columns;
  for (const Gene& gene : genes) {
    columns.push_back({.kind = gene.kind == GeneKind::kOrdinal
                                   ? predictors::ColumnKind::kOrdinal
                                   : predictors::ColumnKind::kCategorical,
                       .levels = gene.choices.size()});
  }
  return columns;
}

void write_gene_row(const SearchSpace& space, std::span<const Choice> genome,
                    std::span<double> row) {
  assert(row.size() == space.size());
  space.write_levels(genome, row.data(), predictors::kAbsent);
}

}  // namespace quarry::search
