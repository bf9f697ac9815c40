// What every fit asks of the rows it is given, and how much it trusts each of them.
#pragma once

#include <span>
#include <vector>

#include "predictors/column.hpp"
#include "predictors/matrix.hpp"

namespace quarry::predictors {

// Throws std::invalid_argument that says which row is at fault: at least one row, the columns of
// the model, one finite y per row, finite x; noise empty or finite and not negative, one per row.
// What was measured is finite already (the evaluators see to it); this is for rows from elsewhere.
void require_training_rows(const Columns& columns, const Matrix& x, std::span<const double> y,
                           std::span<const double> noise);

// How much each row counts, on average 1: the inverse of its noise variance plus that of a tenth of
// y's deviation, which stands for what a model leaves unexplained of an exact row. Without noise
// all are 1.
std::vector<double> noise_weights(std::span<const double> y, std::span<const double> noise);

}  // namespace quarry::predictors
