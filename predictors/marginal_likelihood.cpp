// Tested by tests/predictors/gaussian_process_test.cpp, the gradient against finite differences.
#include "predictors/marginal_likelihood.hpp"

#include <cmath>
#include <limits>

namespace quarry::predictors {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::MatrixXf;
using Eigen::VectorXd;
using Eigen::VectorXf;

namespace {

// Half squares of the log parameters' distance from their usual values.
double penalise(const KernelParameters& parameters, VectorXd& gradient) {
  constexpr double kColumnDeviation = 0.7;
  constexpr double kAmplitudeDeviation = 2.0;
  const VectorXd usual =
      KernelParameters::standard(static_cast<std::size_t>(parameters.columns())).logs;
  double penalty = 0.0;
  for (Index i = 0; i < usual.size(); ++i) {
    const double deviation = i < 2 * parameters.columns() ? kColumnDeviation : kAmplitudeDeviation;
    const double off = (parameters.logs[i] - usual[i]) / deviation;
    penalty += 0.5 * off * off;
    gradient[i] += off / deviation;
  }
  return penalty;
}

}  // namespace

double MarginalLikelihood::operator()(const VectorXd& logs, VectorXd& gradient) const {
  const KernelParameters parameters{logs};
  const Index n = y_.size();
  const Index columns = parameters.columns();
  MatrixXf far(n, n);       // sum of theta d
  MatrixXf additive(n, n);  // the additive part
  sum_distances(parameters, far, additive);
  const MatrixXd decay = (-far.cast<double>().array()).exp().matrix();
  MatrixXd kernel = parameters.product() * decay + additive.cast<double>();
  kernel.diagonal().array() += parameters.noise() + kJitter;
  if (known_variances_.size() > 0) kernel.diagonal() += known_variances_;
  const Eigen::LLT<MatrixXd> cholesky(kernel);
  if (cholesky.info() != Eigen::Success) return std::numeric_limits<double>::infinity();
  const VectorXd alpha = cholesky.solve(y_);
  double value = 0.5 * y_.dot(alpha) + cholesky.matrixLLT().diagonal().array().log().sum();

  // d value / d K = (K^-1 - alpha alpha') / 2.
  MatrixXd by_kernel = cholesky.solve(MatrixXd::Identity(n, n));
  by_kernel.noalias() -= alpha * alpha.transpose();
  by_kernel *= 0.5;
  gradient.setZero(logs.size());
  gradient[2 * columns] = (by_kernel.array() * additive.cast<double>().array()).sum();
  const MatrixXd by_decay = (by_kernel.array() * decay.array()).matrix() * parameters.product();
  gradient[2 * columns + 1] = by_decay.sum();
  gradient[2 * columns + 2] = parameters.noise() * by_kernel.trace();
  add_column_gradients(parameters, by_kernel.cast<float>(), by_decay.cast<float>(), gradient);
  return value + penalise(parameters, gradient);
}

void MarginalLikelihood::sum_distances(const KernelParameters& parameters, MatrixXf& far,
                                       MatrixXf& additive) const {
  const VectorXf thetas = parameters.thetas();
  const VectorXf weights = parameters.weights();
  VectorXf scratch;
  far.setZero();
  additive.setConstant(weights.sum());
  for (Index i = 0; i < far.cols(); ++i) {
    for (Index c = 0; c < thetas.size(); ++c) {
      const Eigen::Map<const VectorXf> distance(at(c, i, scratch), far.rows());
      far.col(i) += thetas[c] * distance;
      additive.col(i) -= weights[c] * distance;
    }
  }
}

void MarginalLikelihood::add_column_gradients(const KernelParameters& parameters,
                                              const MatrixXf& by_kernel, const MatrixXf& by_decay,
                                              VectorXd& gradient) const {
  const VectorXf thetas = parameters.thetas();
  const VectorXf weights = parameters.weights();
  const VectorXf column_sums = by_kernel.colwise().sum();
  VectorXf scratch;
  for (Index i = 0; i < by_kernel.cols(); ++i) {
    for (Index c = 0; c < thetas.size(); ++c) {
      const Eigen::Map<const VectorXf> distance(at(c, i, scratch), by_kernel.rows());
      gradient[c] -= static_cast<double>(thetas[c] * distance.dot(by_decay.col(i)));
      gradient[thetas.size() + c] +=
          static_cast<double>(weights[c] * (column_sums[i] - distance.dot(by_kernel.col(i))));
    }
  }
}

const float* MarginalLikelihood::at(Index column, Index row, VectorXf& scratch) const {
  const auto c = static_cast<std::size_t>(column);
  return distances_.of(c, x_.row(static_cast<std::size_t>(row))[c], scratch);
}

}  // namespace quarry::predictors
