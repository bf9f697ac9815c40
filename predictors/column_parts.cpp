// Tested by tests/predictors/interaction_process_test.cpp.
#include "predictors/column_parts.hpp"

#include <algorithm>
#include <cmath>

namespace quarry::predictors {

using Eigen::Index;
using Eigen::MatrixXf;
using Eigen::VectorXf;

namespace {

float level_distance(const Column& column, std::size_t a, std::size_t b) {
  if (a == b) return 0.0F;
  const bool absent = a == column.levels || b == column.levels;
  if (absent || column.kind == ColumnKind::kCategorical) return 1.0F;
  const auto gap = static_cast<double>(a > b ? a - b : b - a);
  return static_cast<float>(std::sqrt(gap / static_cast<double>(column.levels - 1)));
}

// Levels from -1 to 1, an absent one in the middle.
float on_line(const Column& column, std::size_t level) {
  if (level == column.levels || column.levels < 2) return 0.0F;
  return 2.0F * static_cast<float>(level) / static_cast<float>(column.levels - 1) - 1.0F;
}

}  // namespace

ColumnParts::ColumnParts(const Columns& columns, const Matrix& x, const Matrix& reference)
    : columns_(columns),
      rows_(static_cast<Index>(x.rows)),
      means_(columns.size(), 0.0),
      deviations_(columns.size(), 1.0),
      numbers_(columns.size()) {
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (columns[c].kind == ColumnKind::kNumber) {
      add_numbers(c, x, reference);
    } else {
      add_levels(c, x);
    }
  }
}

void ColumnParts::add_levels(std::size_t column, const Matrix& x) {
  const Column& levels = columns_[column];
  const auto count = static_cast<Index>(levels.levels) + 1;
  Part part{Kind::kLevels, column, MatrixXf(rows_, count), MatrixXf(rows_, count)};
  Part line{Kind::kLine, column, MatrixXf(rows_, count), MatrixXf()};
  for (Index i = 0; i < rows_; ++i) {
    const std::size_t level = level_of(column, x.row(static_cast<std::size_t>(i))[column]);
    for (std::size_t other = 0; other <= levels.levels; ++other) {
      const auto to = static_cast<Index>(other);
      part.distance(i, to) = level_distance(levels, level, other);
      part.likeness(i, to) = 1.0F - part.distance(i, to);
      line.likeness(i, to) = on_line(levels, level) * on_line(levels, other);
    }
  }
  parts_.push_back(std::move(part));
  if (levels.kind == ColumnKind::kOrdinal && levels.levels > 2) parts_.push_back(std::move(line));
}

void ColumnParts::add_numbers(std::size_t column, const Matrix& x, const Matrix& reference) {
  double mean = 0.0;
  double square = 0.0;
  const auto count = static_cast<double>(reference.rows);
  for (std::size_t i = 0; i < reference.rows; ++i) mean += reference.row(i)[column] / count;
  for (std::size_t i = 0; i < reference.rows; ++i)
    square += (reference.row(i)[column] - mean) * (reference.row(i)[column] - mean) / count;
  means_[column] = mean;
  // A constant column is the same everywhere; a value off it in a new row is one deviation away.
  if (square > 0.0) deviations_[column] = std::sqrt(square);
  VectorXf& numbers = numbers_[column];
  numbers.resize(rows_);
  for (Index i = 0; i < rows_; ++i)
    numbers[i] = standardised(column, x.row(static_cast<std::size_t>(i))[column]);
  parts_.push_back({Kind::kNumbers, column, {}, {}});
  parts_.push_back({Kind::kLine, column, {}, {}});
}

const float* ColumnParts::likeness(Index index, std::span<const double> row,
                                   VectorXf& scratch) const {
  const Part& part = at(index);
  if (!is_number(part))
    return part.likeness.col(static_cast<Index>(level_of(part.column, row[part.column]))).data();
  const VectorXf& numbers = numbers_[part.column];
  const float value = standardised(part.column, row[part.column]);
  if (part.kind == Kind::kLine) {
    scratch = value * numbers;
  } else {
    scratch = (-0.5F * (numbers.array() - value).square()).exp();
  }
  return scratch.data();
}

const float* ColumnParts::distance(Index index, std::span<const double> row,
                                   VectorXf& scratch) const {
  const Part& part = at(index);
  if (!is_number(part))
    return part.distance.col(static_cast<Index>(level_of(part.column, row[part.column]))).data();
  scratch = (numbers_[part.column].array() - standardised(part.column, row[part.column])).square();
  return scratch.data();
}

float ColumnParts::own_likeness(Index index, std::span<const double> row) const {
  const Part& part = at(index);
  if (part.kind != Kind::kLine) return 1.0F;
  const float value = is_number(part)
                          ? standardised(part.column, row[part.column])
                          : on_line(columns_[part.column], level_of(part.column, row[part.column]));
  return value * value;
}

// A level that the column does not have is as far from everything as an absent one.
std::size_t ColumnParts::level_of(std::size_t column, double value) const {
  const std::size_t levels = columns_[column].levels;
  return value >= 0.0 && value < static_cast<double>(levels) ? static_cast<std::size_t>(value)
                                                             : levels;
}

float ColumnParts::standardised(std::size_t column, double value) const {
  return static_cast<float>((value - means_[column]) / deviations_[column]);
}

}  // namespace quarry::predictors
