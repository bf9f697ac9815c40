// A dense row-major table of doubles: the one shape in which rows of features travel.
// Deliberately not an Eigen type, so that no header of ours drags Eigen along; the models map it in
// their .cpp.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace quarry::predictors {

struct Matrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<double> values;  // rows * columns, row after row

  Matrix() = default;
  Matrix(std::size_t row_count, std::size_t column_count)
      : rows(row_count), columns(column_count), values(row_count * column_count) {}

  std::span<double> row(std::size_t i) { return {values.data() + i * columns, columns}; }
  std::span<const double> row(std::size_t i) const {
    return {values.data() + i * columns, columns};
  }
  bool operator==(const Matrix&) const = default;
};

}  // namespace quarry::predictors
