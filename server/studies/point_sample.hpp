// Fewer points that look the same: of those that share a cell of a grid, the first. Deterministic,
// so that a chart drawn twice is the same chart. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace quarry::server {

// At most `limit` of the rows, ascending. Cells are as small as the limit lets them be, over the
// range of both columns; a row without a finite number in either is left out. O(n) per halving of
// the cells, of which there are eleven.
std::vector<std::uint32_t> thin_out(std::span<const double> x, std::span<const double> y,
                                    std::span<const std::uint32_t> rows, std::size_t limit);

}  // namespace quarry::server
