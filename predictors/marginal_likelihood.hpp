// How well a Gaussian process with given kernel parameters explains its rows: the negative log
// marginal likelihood (Rasmussen and Williams 2006, equation 5.8) plus log-normal penalties, and
// its gradient.
#pragma once

#include <Eigen/Dense>

#include "predictors/level_kernel.hpp"

namespace quarry::predictors {

// Added to the kernel's diagonal beside the noise, in units of the targets' variance.
inline constexpr double kJitter = 1e-8;

class MarginalLikelihood {
 public:
  // y: centred targets of variance one, one per row of x. x outlives this. `known_variances`: the
  // noise variance that is known of each row, beside the one that is fitted; empty = none.
  MarginalLikelihood(const Columns& columns, const Matrix& x, Eigen::VectorXd y,
                     Eigen::VectorXd known_variances = {})
      : x_(x),
        distances_(columns, x),
        y_(std::move(y)),
        known_variances_(std::move(known_variances)) {}

  // At KernelParameters::logs; infinity where the kernel is not positive definite.
  double operator()(const Eigen::VectorXd& logs, Eigen::VectorXd& gradient) const;

 private:
  void sum_distances(const KernelParameters& parameters, Eigen::MatrixXf& far,
                     Eigen::MatrixXf& additive) const;
  void add_column_gradients(const KernelParameters& parameters, const Eigen::MatrixXf& by_kernel,
                            const Eigen::MatrixXf& by_decay, Eigen::VectorXd& gradient) const;
  const float* at(Eigen::Index column, Eigen::Index row, Eigen::VectorXf& scratch) const;

  const Matrix& x_;
  LevelDistances distances_;
  Eigen::VectorXd y_;
  Eigen::VectorXd known_variances_;
};

}  // namespace quarry::predictors
