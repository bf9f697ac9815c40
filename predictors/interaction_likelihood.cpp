// Tested by tests/predictors/interaction_process_test.cpp, the gradient against finite differences.
#include "predictors/interaction_likelihood.hpp"

#include <cmath>
#include <limits>

namespace quarry::predictors {

using Eigen::Index;
using Eigen::Map;
using Eigen::MatrixXd;
using Eigen::MatrixXf;
using Eigen::VectorXd;
using Eigen::VectorXf;

namespace {

constexpr double kSumJitter = 1e-6;  // in units of the targets' variance: the sums are floats
constexpr Index kAmplitudes = 5;

// Half squares of the log parameters' distance from their usual values.
double penalise(const InteractionParameters& parameters, VectorXd& gradient) {
  constexpr double kPartDeviation = 0.8;
  constexpr double kAmplitudeDeviation = 2.0;
  constexpr double kNoiseDeviation = 3.0;
  const VectorXd usual = InteractionParameters::standard(parameters.parts).logs;
  double penalty = 0.0;
  for (Index i = 0; i < usual.size(); ++i) {
    double deviation = i < 2 * parameters.parts ? kPartDeviation : kAmplitudeDeviation;
    if (i == usual.size() - InteractionParameters::kNoise) deviation = kNoiseDeviation;
    const double off = (parameters.logs[i] - usual[i]) / deviation;
    penalty += 0.5 * off * off;
    gradient[i] += off / deviation;
  }
  return penalty;
}

}  // namespace

InteractionParameters InteractionParameters::standard(Index parts) {
  InteractionParameters parameters{VectorXd::Zero(2 * parts + kAmplitudes), parts};
  const auto set = [&](Amplitude amplitude, double value) {
    parameters.logs[parameters.logs.size() - amplitude] = std::log(value);
  };
  set(kSum, 1.0);
  set(kPairs, 0.1);
  set(kProduct, 0.3);
  // Rows that differ everywhere are then e^-2 alike.
  set(kDecay, 2.0 / static_cast<double>(parts));
  set(kNoise, 1e-2);
  return parameters;
}

VectorXf InteractionParameters::weights() const {
  return (at(kSum) / static_cast<double>(parts) * logs.head(parts).array().exp())
      .matrix()
      .cast<float>();
}

VectorXf InteractionParameters::decays() const {
  return (at(kDecay) * logs.segment(parts, parts).array().exp()).matrix().cast<float>();
}

VectorXf interaction_kernel(const InteractionParameters& parameters, Eigen::Ref<const VectorXf> sum,
                            Eigen::Ref<const VectorXf> far) {
  const auto pairs = static_cast<float>(parameters.at(InteractionParameters::kPairs));
  const auto product = static_cast<float>(parameters.at(InteractionParameters::kProduct));
  // The 1 is an unknown constant.
  return (1.0F + sum.array() * (1.0F + pairs * sum.array()) + product * (-far.array()).exp())
      .matrix();
}

void sum_parts(const ColumnParts& parts, std::span<const double> row, const VectorXf& weights,
               const VectorXf& decays, Index first, VectorXf& sum, VectorXf& far,
               VectorXf& scratch) {
  const Index count = parts.rows() - first;
  sum.setZero(count);
  far.setZero(count);
  for (Index p = 0; p < parts.parts(); ++p) {
    const float* likeness = parts.likeness(p, row, scratch);
    sum += weights[p] * Map<const VectorXf>(likeness + first, count);
    if (!parts.has_distance(p)) continue;
    const float* distance = parts.distance(p, row, scratch);
    far += decays[p] * Map<const VectorXf>(distance + first, count);
  }
}

InteractionLikelihood::InteractionLikelihood(const Columns& columns, const Matrix& x, VectorXd y,
                                             VectorXd known_variances)
    : x_(x),
      parts_(columns, x, x),
      y_(std::move(y)),
      known_variances_(std::move(known_variances)) {}

double InteractionLikelihood::operator()(const VectorXd& logs, VectorXd& gradient) const {
  using P = InteractionParameters;
  const P parameters{logs, parts_.parts()};
  const Index n = y_.size();
  const VectorXf weights = parameters.weights();
  const VectorXf decays = parameters.decays();
  MatrixXf sums(n, n);   // lower triangles, as all matrices here
  MatrixXf decay(n, n);  // exp(-far)
  VectorXf sum;
  VectorXf far;
  VectorXf scratch;
  for (Index i = 0; i < n; ++i) {
    sum_parts(parts_, x_.row(static_cast<std::size_t>(i)), weights, decays, i, sum, far, scratch);
    sums.col(i).tail(n - i) = sum;
    decay.col(i).tail(n - i) = (-far.array()).exp();
    sums.col(i).head(i).setZero();
    decay.col(i).head(i).setZero();
  }
  const double pairs = parameters.at(P::kPairs);
  const double product = parameters.at(P::kProduct);
  MatrixXd kernel = (1.0F + sums.array() * (1.0F + static_cast<float>(pairs) * sums.array()) +
                     static_cast<float>(product) * decay.array())
                        .matrix()
                        .cast<double>();
  kernel.diagonal().array() += parameters.at(P::kNoise) + kSumJitter;
  kernel.diagonal() += known_variances_;
  const Eigen::LLT<Eigen::Ref<MatrixXd>> cholesky(kernel);
  if (cholesky.info() != Eigen::Success) return std::numeric_limits<double>::infinity();
  const VectorXd alpha = cholesky.solve(y_);
  const double value = 0.5 * y_.dot(alpha) + kernel.diagonal().array().log().sum();

  // d value / d K = (K^-1 - alpha alpha') / 2; below the diagonal twice, for both triangles.
  MatrixXd inverse = MatrixXd::Identity(n, n);
  kernel.triangularView<Eigen::Lower>().solveInPlace(inverse);
  MatrixXd by_kernel = MatrixXd::Zero(n, n);
  by_kernel.selfadjointView<Eigen::Lower>().rankUpdate(inverse.transpose());
  by_kernel.selfadjointView<Eigen::Lower>().rankUpdate(alpha, -1.0);
  const double noise_gradient = 0.5 * by_kernel.trace();
  by_kernel.diagonal() *= 0.5;
  const MatrixXf by = by_kernel.cast<float>();
  const MatrixXf by_sum =
      (by.array() * (1.0F + 2.0F * static_cast<float>(pairs) * sums.array())).matrix();
  const MatrixXf by_decay = (by.array() * decay.array()).matrix() * static_cast<float>(product);
  gradient.setZero(logs.size());
  const auto set = [&](P::Amplitude amplitude, double slope) {
    gradient[logs.size() - amplitude] = slope;
  };
  set(P::kPairs, pairs * static_cast<double>((by.array() * sums.array().square()).sum()));
  set(P::kProduct, static_cast<double>(by_decay.sum()));
  set(P::kNoise, parameters.at(P::kNoise) * noise_gradient);
  add_part_gradients(parameters, by_sum, by_decay, gradient);
  // Amplitudes shared by all parts: the sum of the parts' slopes.
  set(P::kSum, gradient.head(parameters.parts).sum());
  set(P::kDecay, gradient.segment(parameters.parts, parameters.parts).sum());
  return value + penalise(parameters, gradient);
}

void InteractionLikelihood::add_part_gradients(const InteractionParameters& parameters,
                                               const MatrixXf& by_sum, const MatrixXf& by_decay,
                                               VectorXd& gradient) const {
  const VectorXf weights = parameters.weights();
  const VectorXf decays = parameters.decays();
  const Index n = y_.size();
  VectorXf scratch;
  for (Index i = 0; i < n; ++i) {
    const auto row = x_.row(static_cast<std::size_t>(i));
    const auto lower = by_sum.col(i).tail(n - i);
    const auto lower_decay = by_decay.col(i).tail(n - i);
    for (Index p = 0; p < parts_.parts(); ++p) {
      const float* likeness = parts_.likeness(p, row, scratch);
      gradient[p] +=
          static_cast<double>(weights[p] * lower.dot(Map<const VectorXf>(likeness + i, n - i)));
      if (!parts_.has_distance(p)) continue;
      const float* distance = parts_.distance(p, row, scratch);
      gradient[parts_.parts() + p] -= static_cast<double>(
          decays[p] * lower_decay.dot(Map<const VectorXf>(distance + i, n - i)));
    }
  }
}

}  // namespace quarry::predictors
