// Inner products of one-hot rows without making them: for ordinal and categorical columns it is the
// number of levels that agree (an absent one agrees with nothing), counted a byte per row and
// column; numbers are multiplied.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "predictors/column.hpp"
#include "predictors/matrix.hpp"

namespace quarry::predictors {

class OneHotRows {
 public:
  OneHotRows() = default;
  // A level beyond those of its column agrees with equal ones.
  OneHotRows(const Columns& columns, const Matrix& x);

  std::size_t size() const { return rows_; }

  // The rows as they came, levels that fit no 16 bits as absent ones.
  Matrix matrix() const;

  // out[i] = the product of `row` with row i; out has size() entries.
  void products(std::span<const double> row, std::span<double> out) const;

 private:
  std::size_t rows_ = 0;
  std::vector<std::size_t> level_columns_;
  std::vector<std::size_t> number_columns_;
  std::vector<std::int16_t> levels_;  // level column after level column
  std::vector<double> numbers_;       // number column after number column
};

}  // namespace quarry::predictors
