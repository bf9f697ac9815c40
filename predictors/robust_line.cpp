// Tested by tests/predictors/robust_line_test.cpp.
#include "predictors/robust_line.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "predictors/statistics.hpp"

namespace quarry::predictors {
namespace {

using Eigen::ArrayXd;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr std::array<double, 7> kPenalties = {0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0};
constexpr double kFreePenalty = 0.1;  // of the others'
constexpr double kLineFreedom = 2.0;  // of the Student-t distribution
constexpr int kLineReweightings = 10;
constexpr double kCap = 4.0;

std::size_t width(const Column& column) {
  return column.kind == ColumnKind::kNumber ? 1 : column.levels;
}

std::size_t features_of(const Columns& columns) {
  return std::transform_reduce(columns.begin(), columns.end(), std::size_t{0}, std::plus<>(),
                               width);
}

// 1, then the features of a row.
void write_features(const Columns& columns, std::span<const double> scales,
                    std::span<const double> row, double* out) {
  *out++ = 1.0;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (columns[c].kind == ColumnKind::kNumber) {
      *out++ = row[c] / scales[c];
      continue;
    }
    for (std::size_t level = 0; level < columns[c].levels; ++level)
      *out++ = row[c] >= 0.0 && static_cast<std::size_t>(row[c]) == level ? 1.0 : 0.0;
  }
}

struct Line {
  VectorXd coefficients;
  std::vector<double> left_out;  // absolute errors
};

// a: a row per measurement, targets of about 1.
Line fit_line(const MatrixXd& a, const VectorXd& targets, const VectorXd& penalties) {
  Line line;
  ArrayXd weights = ArrayXd::Ones(targets.size());
  for (int round = 0; round < kLineReweightings; ++round) {
    const MatrixXd weighted = weights.matrix().asDiagonal() * a;
    MatrixXd normal = a.transpose() * weighted;
    normal.diagonal() += penalties;
    const Eigen::LDLT<MatrixXd> solver(normal);
    line.coefficients = solver.solve(weighted.transpose() * targets);
    const ArrayXd residual = (targets - a * line.coefficients).array();
    const ArrayXd leverage =
        (solver.solve(weighted.transpose()).transpose().array() * a.array()).rowwise().sum();
    const ArrayXd errors = (residual / (1.0 - leverage).max(1e-6)).abs();
    line.left_out.assign(errors.data(), errors.data() + errors.size());
    const double usual = std::max(1.4826 * nearest_quantile(line.left_out, 0.5), 1e-9);
    weights = (kLineFreedom + 1.0) / (kLineFreedom + (residual / usual).square());
  }
  return line;
}

}  // namespace

double capped_mean(std::span<const double> absolute_errors) {
  const double cap = kCap * nearest_quantile({absolute_errors.begin(), absolute_errors.end()}, 0.5);
  double total = 0.0;
  for (const double error : absolute_errors) total += std::min(error, cap);
  return total / static_cast<double>(absolute_errors.size());
}

// Of n errors the one of rank 0.9 (n + 1), rounded up: what the next error stays below nine times
// of ten (Lei et al. 2018, JASA 113, conformal prediction).
double ninety_percent_deviation(std::span<const double> absolute_errors) {
  std::vector<double> errors(absolute_errors.begin(), absolute_errors.end());
  std::ranges::sort(errors);
  const auto rank =
      static_cast<std::size_t>(std::ceil(0.9 * static_cast<double>(errors.size() + 1)));
  return errors[std::min(rank, errors.size()) - 1] / kNinetyPercent;
}

RobustLine::RobustLine(const Columns& columns, std::size_t free_column, const Matrix& x,
                       std::span<const double> y)
    : columns_(columns), in_shares_(std::ranges::min(y) > 0.0) {
  const auto features = static_cast<Index>(1 + features_of(columns));
  scales_.assign(columns.size(), 1.0);
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (columns[c].kind != ColumnKind::kNumber) continue;
    double total = 0.0;
    for (std::size_t i = 0; i < x.rows; ++i) total += std::abs(x.row(i)[c]);
    if (total > 0.0) scales_[c] = total / static_cast<double>(x.rows);
  }
  double size = 0.0;  // brings the targets to about 1, so that the penalties mean the same always
  for (const double value : y) size += std::abs(value) / static_cast<double>(y.size());
  if (!(size > 0.0)) size = 1.0;
  MatrixXd a(static_cast<Index>(x.rows), features);
  VectorXd targets(a.rows());
  VectorXd row(features);
  for (Index i = 0; i < a.rows(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    write_features(columns_, scales_, x.row(at), row.data());
    const double unit = in_shares_ ? y[at] / size : 1.0;
    a.row(i) = row / unit;
    targets[i] = y[at] / size / unit;
  }
  VectorXd per_feature = VectorXd::Ones(features);
  per_feature[0] = 1e-3;  // the constant
  std::size_t before = 1;
  for (std::size_t c = 0; c < free_column; ++c) before += width(columns[c]);
  per_feature.segment(static_cast<Index>(before), static_cast<Index>(width(columns[free_column])))
      .setConstant(kFreePenalty);
  left_out_error_ = std::numeric_limits<double>::infinity();
  const double unit = in_shares_ ? 1.0 : size;
  for (const double penalty : kPenalties) {
    const Line line = fit_line(a, targets, penalty * per_feature);
    const double error = unit * capped_mean(line.left_out);
    if (!(error < left_out_error_)) continue;
    left_out_error_ = error;
    deviation_ = unit * ninety_percent_deviation(line.left_out);
    const VectorXd scaled = size * line.coefficients;
    coefficients_.assign(scaled.data(), scaled.data() + scaled.size());
  }
}

double RobustLine::predict(std::span<const double> row) const {
  std::vector<double> features(coefficients_.size());
  write_features(columns_, scales_, row, features.data());
  return std::inner_product(features.begin(), features.end(), coefficients_.begin(), 0.0);
}

void RobustLine::save(ModelState& state) const {
  state.numbers["line_scales"] = scales_;
  state.numbers["line_coefficients"] = coefficients_;
  state.numbers["line_deviation"] = {deviation_};
  state.numbers["line_left_out_error"] = {left_out_error_};
  state.numbers["line_in_shares"] = {in_shares_ ? 1.0 : 0.0};
}

RobustLine RobustLine::restored(const ModelState& state, const Columns& columns) {
  RobustLine line;
  line.columns_ = columns;
  line.scales_ = saved_numbers(state, "line_scales", columns.size());
  line.coefficients_ = saved_numbers(state, "line_coefficients", 1 + features_of(columns));
  line.deviation_ = saved_number(state, "line_deviation");
  line.left_out_error_ = saved_number(state, "line_left_out_error");
  line.in_shares_ = saved_count(state, "line_in_shares", 0, 1) == 1;
  return line;
}

}  // namespace quarry::predictors
