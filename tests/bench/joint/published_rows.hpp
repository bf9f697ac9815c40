// Sub-networks with an accuracy that others measured and published: rows of DyNAS-T's result files
// in ../shared/data, decoded into genomes of our supernets.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "search/supernets/supernet.hpp"

namespace quarry::bench {

struct PublishedRow {
  search::Genome genome;  // canonical
  double accuracy = 0.0;  // 0..1
};

// Column `accuracy_column` (the first is 0, the sub-network), multiplied by `scale`. Nothing where
// the file is not here. Throws std::runtime_error when a row does not fit the supernet.
std::optional<std::vector<PublishedRow>> read_published_rows(const std::string& file,
                                                             const search::Supernet& supernet,
                                                             std::size_t accuracy_column,
                                                             double scale);

}  // namespace quarry::bench
