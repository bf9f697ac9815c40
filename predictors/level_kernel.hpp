// Distances between rows of levels and numbers, and the kernel that a Gaussian process makes of
// them:
//   k(x, z) = additive * sum_c w_c (1 - d_c(x, z)) / columns + product * exp(-sum_c theta_c d_c(x,
//   z))
// The first part is a sum of one function per column (layers that add up), the second lets columns
// interact, the less the farther apart. d_c is 0 for equal levels, 1 for others of a categorical
// column, the root of the share of the range for ordinal ones, 1 between absent and present; the
// share of the range, at most 1, for numbers. Each part is positive definite: 1 - root is convex
// and falling (Polya), and the exponential of a positive definite kernel is one too.
#pragma once

#include <Eigen/Dense>
#include <span>
#include <vector>

#include "predictors/column.hpp"
#include "predictors/matrix.hpp"

namespace quarry::predictors {

// Everything that a fit chooses, as logarithms.
struct KernelParameters {
  // theta of every column, then w of every column, then additive, product, noise variance.
  Eigen::VectorXd logs;

  static KernelParameters standard(std::size_t columns);
  Eigen::Index columns() const { return (logs.size() - 3) / 2; }
  Eigen::VectorXf thetas() const;
  Eigen::VectorXf weights() const;  // additive * w_c / columns
  double additive() const;
  double product() const;
  double noise() const;
};

// The distances of any row to a fixed set of rows, column by column.
class LevelDistances {
 public:
  LevelDistances() = default;
  LevelDistances(const Columns& columns, const Matrix& x);

  Eigen::Index rows() const { return rows_; }
  std::size_t columns() const { return columns_.size(); }

  // d_c(row, i) for all i: rows() values. For a column of levels they are ready; for numbers they
  // are computed into `scratch`.
  const float* of(std::size_t column, double value, Eigen::VectorXf& scratch) const;

  // Prepares weighed() for these weights, one per row.
  void weigh(const Eigen::VectorXf& row_weights);
  // The sum over all rows of weight times d_c(row, i).
  float weighed(std::size_t column, double value, const Eigen::VectorXf& row_weights,
                Eigen::VectorXf& scratch) const;

 private:
  std::size_t level_of(std::size_t column, double value) const;

  Columns columns_;
  Eigen::Index rows_ = 0;
  std::vector<Eigen::MatrixXf> tables_;   // per column of levels: [row, level], the last = absent
  std::vector<Eigen::VectorXf> weighed_;  // per column of levels: by level
  std::vector<Eigen::VectorXf> numbers_;  // per column of numbers: its values over the range
  std::vector<double> ranges_;
};

}  // namespace quarry::predictors
