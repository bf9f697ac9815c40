// Tested by tests/predictors/natural_parameter_network_test.cpp, the gradients against finite
// differences.
#include "predictors/natural_parameter_network.hpp"

#include <cmath>
#include <numbers>

#include "predictors/adam.hpp"

namespace quarry::predictors {

using Eigen::Index;
using Eigen::Map;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// A value with its derivatives by the mean and the variance that went in.
struct Moment {
  double value = 0.0;
  double by_mean = 0.0;
  double by_variance = 0.0;
};

namespace {

constexpr Index kHidden = 32;
constexpr double kLearningRate = 5e-5;
constexpr double kLeastVariance = 1e-10;

double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

// Mean and variance of ReLU of a normal variable, with the logistic in place of its distribution
// function.
std::pair<Moment, Moment> relu(double m, double s) {
  const double root = std::sqrt(s);
  const double slope = std::sqrt(8.0 / std::numbers::pi);
  const double g = sigmoid(slope * m / root);
  const double g_m = g * (1 - g) * slope / root;
  const double g_s = -0.5 * g_m * m / s;
  const double q = root / std::sqrt(2 * std::numbers::pi) * std::exp(-m * m / (2 * s));
  const double q_m = -q * m / s;
  const double q_s = q * (0.5 / s + m * m / (2 * s * s));
  const Moment mean{g * m + q, g + m * g_m + q_m, m * g_s + q_s};
  Moment variance{g * (m * m + s) + m * q - mean.value * mean.value,
                  g_m * (m * m + s) + 2 * g * m + q + m * q_m - 2 * mean.value * mean.by_mean,
                  g_s * (m * m + s) + g + m * q_s - 2 * mean.value * mean.by_variance};
  if (variance.value < kLeastVariance) variance = {kLeastVariance, 0.0, 0.0};
  return {mean, variance};
}

// sigmoid(scale (m + shift) / sqrt(1 + pi / 8 scale^2 s)).
Moment squashed(double m, double s, double scale, double shift) {
  const double spread = 1 + std::numbers::pi / 8 * scale * scale * s;
  const double at = scale * (m + shift) / std::sqrt(spread);
  const double value = sigmoid(at);
  const double slope = value * (1 - value);
  return {value, slope * scale / std::sqrt(spread),
          slope * at * -0.5 * (std::numbers::pi / 8 * scale * scale) / spread};
}

std::pair<Moment, Moment> sigmoid_moments(double m, double s) {
  const double alpha = 4 - 2 * std::numbers::sqrt2;
  const double beta = -std::log(std::numbers::sqrt2 + 1);
  const Moment mean = squashed(m, s, 1.0, 0.0);
  const Moment square = squashed(m, s, alpha, beta);
  Moment variance{square.value - mean.value * mean.value,
                  square.by_mean - 2 * mean.value * mean.by_mean,
                  square.by_variance - 2 * mean.value * mean.by_variance};
  if (variance.value < kLeastVariance) variance = {kLeastVariance, 0.0, 0.0};
  return {mean, variance};
}

}  // namespace

struct NaturalParameterNetwork::Trace {
  // Per layer: what came in, and the derivatives of its activation.
  std::vector<VectorXd> means;
  std::vector<VectorXd> variances;
  std::vector<std::vector<std::pair<Moment, Moment>>> activations;
};

NaturalParameterNetwork::NaturalParameterNetwork(Index inputs, const Uniform& uniform) {
  Index first = 0;
  for (const auto& [in, out] :
       {std::pair{inputs, kHidden}, {kHidden, kHidden}, {kHidden, Index{1}}}) {
    layers_.push_back({in, out, first});
    first += 2 * (in * out + out);
  }
  parameters_ = VectorXd::Zero(first);
  first_moment_ = second_moment_ = parameters_;
  constexpr double kRawBiasVariance = -10.0;
  for (const Layer& layer : layers_) {
    const double bound = std::sqrt(6.0 / static_cast<double>(layer.inputs + layer.outputs));
    const Index weights = layer.inputs * layer.outputs;
    for (Index i = 0; i < weights; ++i) {
      parameters_[layer.first + i] = bound * (2 * uniform() - 1);
      // The raw value whose softplus is a hundredth of the bound times a uniform draw.
      const double variance = std::max(0.01 * bound * uniform(), 1e-6);
      parameters_[layer.first + weights + i] = std::log(std::expm1(variance));
    }
    parameters_.segment(layer.first + 2 * weights + layer.outputs, layer.outputs)
        .setConstant(kRawBiasVariance);
  }
  softplus_ = logistic_ = VectorXd::Zero(first);
  set_variances();
}

void NaturalParameterNetwork::set_variances() {
  for (const Layer& layer : layers_) {
    const Index weights = layer.inputs * layer.outputs;
    for (const auto& [at, count] : {std::pair{layer.first + weights, weights},
                                    {layer.first + 2 * weights + layer.outputs, layer.outputs}}) {
      // Whole arrays at once, which Eigen vectorises: this is most of a training step. Beyond 30
      // both functions are their limits to the last bit but one, and nothing overflows.
      const Eigen::ArrayXd power = parameters_.segment(at, count).array().min(30.0).exp();
      softplus_.segment(at, count) = power.log1p().max(parameters_.segment(at, count).array());
      logistic_.segment(at, count) = power / (1.0 + power);
    }
  }
}

void NaturalParameterNetwork::set_parameter(Index i, double value) {
  parameters_[i] = value;
  set_variances();
}

NaturalParameterNetwork::Trace NaturalParameterNetwork::forward(const VectorXd& x) const {
  Trace trace;
  trace.means.push_back(x);
  trace.variances.push_back(VectorXd::Zero(x.size()));
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Layer& layer = layers_[l];
    const Index weights = layer.inputs * layer.outputs;
    const Map<const MatrixXd> mean_weights(parameters_.data() + layer.first, layer.outputs,
                                           layer.inputs);
    const Map<const MatrixXd> variance_weights(softplus_.data() + layer.first + weights,
                                               layer.outputs, layer.inputs);
    const VectorXd& m = trace.means.back();
    const VectorXd& s = trace.variances.back();
    const VectorXd out_mean =
        mean_weights * m + parameters_.segment(layer.first + 2 * weights, layer.outputs);
    VectorXd out_variance = variance_weights * (s + m.cwiseAbs2()) + mean_weights.cwiseAbs2() * s;
    out_variance += softplus_.segment(layer.first + 2 * weights + layer.outputs, layer.outputs);
    VectorXd next_mean(layer.outputs);
    VectorXd next_variance(layer.outputs);
    trace.activations.emplace_back();
    for (Index o = 0; o < layer.outputs; ++o) {
      const double variance = std::max(out_variance[o], kLeastVariance);
      trace.activations.back().push_back(l + 1 < layers_.size()
                                             ? relu(out_mean[o], variance)
                                             : sigmoid_moments(out_mean[o], variance));
      next_mean[o] = trace.activations.back().back().first.value;
      next_variance[o] = trace.activations.back().back().second.value;
    }
    trace.means.push_back(next_mean);
    trace.variances.push_back(next_variance);
  }
  return trace;
}

void NaturalParameterNetwork::backward(const Trace& trace, double by_mean, double by_variance,
                                       VectorXd* parameters, VectorXd* input) const {
  VectorXd mean_gradient = VectorXd::Constant(1, by_mean);
  VectorXd variance_gradient = VectorXd::Constant(1, by_variance);
  for (std::size_t l = layers_.size(); l-- > 0;) {
    const Layer& layer = layers_[l];
    VectorXd by_out_mean(layer.outputs);
    VectorXd by_out_variance(layer.outputs);
    for (Index o = 0; o < layer.outputs; ++o) {
      const auto& [mean, variance] = trace.activations[l][static_cast<std::size_t>(o)];
      by_out_mean[o] = mean_gradient[o] * mean.by_mean + variance_gradient[o] * variance.by_mean;
      by_out_variance[o] =
          mean_gradient[o] * mean.by_variance + variance_gradient[o] * variance.by_variance;
    }
    const Index weights = layer.inputs * layer.outputs;
    const Map<const MatrixXd> mean_weights(parameters_.data() + layer.first, layer.outputs,
                                           layer.inputs);
    const Map<const MatrixXd> weights_logistic(logistic_.data() + layer.first + weights,
                                               layer.outputs, layer.inputs);
    const Map<const MatrixXd> variance_weights(softplus_.data() + layer.first + weights,
                                               layer.outputs, layer.inputs);
    const VectorXd& m = trace.means[l];
    const VectorXd& s = trace.variances[l];
    if (parameters != nullptr) {
      Map<MatrixXd> mean_part(parameters->data() + layer.first, layer.outputs, layer.inputs);
      Map<MatrixXd> raw_part(parameters->data() + layer.first + weights, layer.outputs,
                             layer.inputs);
      mean_part = by_out_mean * m.transpose();
      mean_part.array() += 2.0 * mean_weights.array() * (by_out_variance * s.transpose()).array();
      raw_part = by_out_variance * (s + m.cwiseAbs2()).transpose();
      raw_part.array() *= weights_logistic.array();
      parameters->segment(layer.first + 2 * weights, layer.outputs) = by_out_mean;
      for (Index o = 0; o < layer.outputs; ++o) {
        const Index at = layer.first + 2 * weights + layer.outputs + o;
        (*parameters)[at] = by_out_variance[o] * logistic_[at];
      }
    }
    mean_gradient =
        mean_weights.transpose() * by_out_mean +
        (2.0 * m.array() * (variance_weights.transpose() * by_out_variance).array()).matrix();
    variance_gradient = (variance_weights + mean_weights.cwiseAbs2()).transpose() * by_out_variance;
  }
  if (input != nullptr) *input = mean_gradient;
}

NaturalParameterNetwork::Output NaturalParameterNetwork::predict(const VectorXd& x) const {
  const Trace trace = forward(x);
  return {trace.means.back()[0], trace.variances.back()[0]};
}

double NaturalParameterNetwork::loss(const VectorXd& x, double y) const {
  const Output output = predict(x);
  const double off = output.mean - y;
  return 0.5 * (10 * off * off / output.variance + std::log(output.variance));
}

VectorXd NaturalParameterNetwork::loss_gradient(const VectorXd& x, double y) const {
  const Trace trace = forward(x);
  const double off = trace.means.back()[0] - y;
  const double variance = trace.variances.back()[0];
  VectorXd gradient = VectorXd::Zero(parameters_.size());
  backward(trace, 10 * off / variance,
           0.5 * (1 / variance - 10 * off * off / (variance * variance)), &gradient, nullptr);
  return gradient;
}

void NaturalParameterNetwork::train_step(const VectorXd& x, double y) {
  adam_step(loss_gradient(x, y), kLearningRate, ++steps_, first_moment_, second_moment_,
            parameters_);
  set_variances();
}

VectorXd NaturalParameterNetwork::mean_gradient(const VectorXd& x) const {
  VectorXd gradient;
  backward(forward(x), 1.0, 0.0, nullptr, &gradient);
  return gradient;
}

}  // namespace quarry::predictors
