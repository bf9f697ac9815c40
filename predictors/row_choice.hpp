// Which rows a model's slow part is fitted to when there are many.
#pragma once

#include <cstddef>
#include <vector>

#include "predictors/matrix.hpp"

namespace quarry::predictors {

// At most `count` of the rows, ascending: the first half of them the first, which come best first;
// the others evenly from the rest.
std::vector<std::size_t> rows_to_fit(std::size_t rows, std::size_t count);

Matrix some_rows(const Matrix& x, const std::vector<std::size_t>& which);

}  // namespace quarry::predictors
