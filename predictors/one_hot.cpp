// Tested by tests/predictors/one_hot_test.cpp.
#include "predictors/one_hot.hpp"

#include <cassert>
#include <limits>

namespace quarry::predictors {
namespace {

constexpr std::int16_t kNobody = -2;   // equals no stored level, not even an absent one
constexpr std::int16_t kMissing = -1;  // a stored level that is absent

std::int16_t stored_level(double value) {
  const bool fits = value >= 0.0 && value <= std::numeric_limits<std::int16_t>::max();
  return fits ? static_cast<std::int16_t>(value) : kMissing;
}

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
        levels_.push_back(stored_level(x.row(i)[c]));
      }
    }
  }
}

Matrix OneHotRows::matrix() const {
  Matrix x(rows_, level_columns_.size() + number_columns_.size());
  for (std::size_t i = 0; i < rows_; ++i) {
    for (std::size_t k = 0; k < level_columns_.size(); ++k)
      x.row(i)[level_columns_[k]] = levels_[k * rows_ + i];
    for (std::size_t k = 0; k < number_columns_.size(); ++k)
      x.row(i)[number_columns_[k]] = numbers_[k * rows_ + i];
  }
  return x;
}

void OneHotRows::products(std::span<const double> row, std::span<double> out) const {
  assert(out.size() == rows_);
  std::vector<std::int16_t> agreeing(rows_);
  for (std::size_t k = 0; k < level_columns_.size(); ++k) {
    const std::int16_t stored = stored_level(row[level_columns_[k]]);
    const std::int16_t level = stored == kMissing ? kNobody : stored;
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
