// Tested by tests/predictors/gaussian_process_test.cpp.
#include "predictors/level_kernel.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace quarry::predictors {
namespace {

float level_distance(const Column& column, std::size_t a, std::size_t b) {
  if (a == b) return 0.0F;
  const bool absent = a == column.levels || b == column.levels;
  if (absent || column.kind == ColumnKind::kCategorical) return 1.0F;
  const auto gap = static_cast<double>(a > b ? a - b : b - a);
  return static_cast<float>(std::sqrt(gap / static_cast<double>(column.levels - 1)));
}

}  // namespace

KernelParameters KernelParameters::standard(std::size_t columns) {
  const auto count = static_cast<Eigen::Index>(columns);
  KernelParameters parameters{Eigen::VectorXd::Zero(2 * count + 3)};
  // Rows that differ everywhere are then e^-2 alike.
  parameters.logs.head(count).setConstant(std::log(2.0 / static_cast<double>(columns)));
  parameters.logs[2 * count + 2] = std::log(1e-4);
  return parameters;
}

Eigen::VectorXf KernelParameters::thetas() const {
  return logs.head(columns()).array().exp().matrix().cast<float>();
}

Eigen::VectorXf KernelParameters::weights() const {
  const double share = additive() / static_cast<double>(columns());
  return (share * logs.segment(columns(), columns()).array().exp()).matrix().cast<float>();
}

double KernelParameters::additive() const { return std::exp(logs[2 * columns()]); }
double KernelParameters::product() const { return std::exp(logs[2 * columns() + 1]); }
double KernelParameters::noise() const { return std::exp(logs[2 * columns() + 2]); }

LevelDistances::LevelDistances(const Columns& columns, const Matrix& x)
    : columns_(columns), rows_(static_cast<Eigen::Index>(x.rows)) {
  assert(x.columns == columns.size());
  for (std::size_t c = 0; c < columns.size(); ++c) {
    tables_.emplace_back();
    numbers_.emplace_back();
    ranges_.push_back(1.0);
    if (columns[c].kind == ColumnKind::kNumber) {
      double low = x.row(0)[c];
      double high = low;
      for (std::size_t i = 0; i < x.rows; ++i) {
        low = std::min(low, x.row(i)[c]);
        high = std::max(high, x.row(i)[c]);
      }
      if (high > low) ranges_.back() = high - low;
      numbers_.back().resize(rows_);
      for (std::size_t i = 0; i < x.rows; ++i)
        numbers_.back()[static_cast<Eigen::Index>(i)] =
            static_cast<float>(x.row(i)[c] / ranges_.back());
      continue;
    }
    tables_.back().resize(rows_, static_cast<Eigen::Index>(columns[c].levels) + 1);
    for (std::size_t i = 0; i < x.rows; ++i) {
      const std::size_t level = level_of(c, x.row(i)[c]);
      for (std::size_t other = 0; other <= columns[c].levels; ++other)
        tables_.back()(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(other)) =
            level_distance(columns[c], level, other);
    }
  }
}

const float* LevelDistances::of(std::size_t column, double value, Eigen::VectorXf& scratch) const {
  if (columns_[column].kind != ColumnKind::kNumber)
    return tables_[column].col(static_cast<Eigen::Index>(level_of(column, value))).data();
  const auto at = static_cast<float>(value / ranges_[column]);
  scratch = (numbers_[column].array() - at).abs().min(1.0F);
  return scratch.data();
}

void LevelDistances::weigh(const Eigen::VectorXf& row_weights) {
  weighed_.clear();
  for (const Eigen::MatrixXf& table : tables_)
    weighed_.push_back(table.rows() > 0 ? Eigen::VectorXf(table.transpose() * row_weights)
                                        : Eigen::VectorXf());
}

float LevelDistances::weighed(std::size_t column, double value, const Eigen::VectorXf& row_weights,
                              Eigen::VectorXf& scratch) const {
  if (columns_[column].kind != ColumnKind::kNumber)
    return weighed_[column][static_cast<Eigen::Index>(level_of(column, value))];
  const float* const distances = of(column, value, scratch);
  return Eigen::Map<const Eigen::VectorXf>(distances, rows_).dot(row_weights);
}

// A level that the column does not have is as far from everything as an absent one.
std::size_t LevelDistances::level_of(std::size_t column, double value) const {
  const std::size_t levels = columns_[column].levels;
  return value >= 0.0 && value < static_cast<double>(levels) ? static_cast<std::size_t>(value)
                                                             : levels;
}

}  // namespace quarry::predictors
