// Tested by tests/predictors/dropout_network_test.cpp.
#include "predictors/dropout_network.hpp"

#include <cmath>

#include "predictors/adam.hpp"

namespace quarry::predictors {

using Eigen::Index;
using Eigen::Map;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }
double softplus(double x) { return x > 30.0 ? x : std::log1p(std::exp(x)); }

}  // namespace

struct DropoutNetwork::Trace {
  std::vector<VectorXd> inputs;  // of every layer, after dropout
  std::vector<VectorXd> slopes;  // of every hidden activation, dropout included
  double output = 0.0;
};

DropoutNetwork::DropoutNetwork(Index inputs, double dropout, Optimiser optimiser,
                               double learning_rate, const Uniform& uniform)
    : layers_{{inputs, 64}, {64, 32}, {32, 1}},
      dropout_(dropout),
      optimiser_(optimiser),
      learning_rate_(learning_rate) {
  Index count = 0;
  for (const auto& [in, out] : layers_) count += in * out + out;
  parameters_ = VectorXd::Zero(count);
  first_moment_ = second_moment_ = parameters_;
  Index first = 0;
  for (const auto& [in, out] : layers_) {
    const double bound = 1.0 / std::sqrt(static_cast<double>(in));
    for (Index i = 0; i < in * out + out; ++i) parameters_[first++] = bound * (2 * uniform() - 1);
  }
}

DropoutNetwork::Trace DropoutNetwork::forward(const VectorXd& x, const Uniform* uniform) const {
  Trace trace;
  VectorXd activation = x;
  Index first = 0;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const auto [in, out] = layers_[l];
    const Map<const MatrixXd> weights(parameters_.data() + first, out, in);
    const VectorXd sum = weights * activation + parameters_.segment(first + in * out, out);
    trace.inputs.push_back(activation);
    first += in * out + out;
    if (l + 1 == layers_.size()) {
      trace.output = sigmoid(sum[0]);
      return trace;
    }
    activation = sum.unaryExpr(&softplus);
    VectorXd slope = sum.unaryExpr(&sigmoid);
    if (uniform != nullptr) {
      for (Index o = 0; o < out; ++o) {
        const double kept = (*uniform)() < dropout_ ? 0.0 : 1.0 / (1.0 - dropout_);
        activation[o] *= kept;
        slope[o] *= kept;
      }
    }
    trace.slopes.push_back(std::move(slope));
  }
  return trace;
}

void DropoutNetwork::backward(const Trace& trace, double by_output, VectorXd* parameters,
                              VectorXd* input) const {
  VectorXd gradient = VectorXd::Constant(1, by_output * trace.output * (1 - trace.output));
  Index first = parameters_.size();
  for (std::size_t l = layers_.size(); l-- > 0;) {
    const auto [in, out] = layers_[l];
    first -= in * out + out;
    const Map<const MatrixXd> weights(parameters_.data() + first, out, in);
    if (parameters != nullptr) {
      Map<MatrixXd>(parameters->data() + first, out, in) = gradient * trace.inputs[l].transpose();
      parameters->segment(first + in * out, out) = gradient;
    }
    gradient = weights.transpose() * gradient;
    if (l > 0) gradient.array() *= trace.slopes[l - 1].array();
  }
  if (input != nullptr) *input = gradient;
}

double DropoutNetwork::predict(const VectorXd& x) const { return forward(x, nullptr).output; }

double DropoutNetwork::deviation(const VectorXd& x, int passes, const Uniform& uniform) const {
  double sum = 0.0;
  double squares = 0.0;
  for (int pass = 0; pass < passes; ++pass) {
    const double output = forward(x, &uniform).output;
    sum += output;
    squares += output * output;
  }
  const double mean = sum / passes;
  return std::sqrt(std::max(0.0, squares / passes - mean * mean));
}

double DropoutNetwork::loss(const VectorXd& x, double y) const {
  const double off = predict(x) - y;
  return off * off;
}

void DropoutNetwork::train_step(const VectorXd& x, double y, const Uniform& uniform) {
  const Trace trace = forward(x, dropout_ > 0.0 ? &uniform : nullptr);
  VectorXd gradient = VectorXd::Zero(parameters_.size());
  backward(trace, 2 * (trace.output - y), &gradient, nullptr);
  if (optimiser_ == Optimiser::kSgd) {
    parameters_ -= learning_rate_ * gradient;
  } else {
    adam_step(gradient, learning_rate_, ++steps_, first_moment_, second_moment_, parameters_);
  }
}

VectorXd DropoutNetwork::gradient(const VectorXd& x) const {
  VectorXd by_input;
  backward(forward(x, nullptr), 1.0, nullptr, &by_input);
  return by_input;
}

}  // namespace quarry::predictors
