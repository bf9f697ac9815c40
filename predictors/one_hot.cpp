// Tested by tests/predictors/one_hot_test.cpp.
#include "predictors/one_hot.hpp"

#include <cassert>

namespace quarry::predictors {
namespace {

constexpr std::int16_t kNobody = -2;  // equals no stored level, not even an absent one

}  // namespace

OneHotRows::OneHotRows(const Columns& columns, const Matrix& x) : rows_(x.rows) {
  assert(columns.size() == x.columns);
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const bool number = columns[c].kind == ColumnKind::kNumber;
    (number ? number_columns_ : level_columns_).push_back(c);
    for (std::size_t i = 0; i < x.rows; ++i) {
      if (number) {
        numbers_.push_back(x.row(i)[c]);
      } else {
        levels_.push_back(static_cast<std::int16_t>(x.row(i)[c]));
      }
    }
  }
}

void OneHotRows::products(std::span<const double> row, std::span<double> out) const {
  assert(out.size() == rows_);
  std::vector<std::int16_t> agreeing(rows_);
  for (std::size_t k = 0; k < level_columns_.size(); ++k) {
    const double value = row[level_columns_[k]];
    const std::int16_t level = value == kAbsent ? kNobody : static_cast<std::int16_t>(value);
    const std::int16_t* const column = levels_.data() + k * rows_;
    // Bytes and shorts, no branches: the compiler makes one vector instruction of eight rows.
    for (std::size_t i = 0; i < rows_; ++i)
      agreeing[i] = static_cast<std::int16_t>(agreeing[i] + (column[i] == level ? 1 : 0));
  }
  for (std::size_t i = 0; i < rows_; ++i) out[i] = agreeing[i];
  for (std::size_t k = 0; k < number_columns_.size(); ++k) {
    const double value = row[number_columns_[k]];
    const double* const column = numbers_.data() + k * rows_;
    for (std::size_t i = 0; i < rows_; ++i) out[i] += value * column[i];
  }
}

}  // namespace quarry::predictors
