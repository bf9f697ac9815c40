// A natural-parameter network: every activation is a normal distribution, so that it predicts a
// mean and how noisy the thing itself is (Wang, Shi, Yeung 2016, NeurIPS 29; as BOSHNAS uses it,
// Tuli et al. 2023, JAIR 77, section 4): layers of 32 and 32 with ReLU, one sigmoid output.
#pragma once

#include <Eigen/Dense>
#include <functional>
#include <vector>

namespace quarry::predictors {

// Uniform in [0, 1): whoever trains brings the randomness.
using Uniform = std::function<double()>;

class NaturalParameterNetwork {
 public:
  NaturalParameterNetwork(Eigen::Index inputs, const Uniform& uniform);

  struct Output {
    double mean = 0.0;
    double variance = 1.0;
  };
  Output predict(const Eigen::VectorXd& x) const;

  // One step of AdamW on the row's loss, 10 (mean - y)^2 / variance + ln(variance), halved; y in
  // (0, 1).
  void train_step(const Eigen::VectorXd& x, double y);
  double loss(const Eigen::VectorXd& x, double y) const;

  // d mean / d x.
  Eigen::VectorXd mean_gradient(const Eigen::VectorXd& x) const;

  // The loss's gradient by every parameter, for a test against finite differences.
  Eigen::VectorXd loss_gradient(const Eigen::VectorXd& x, double y) const;
  double parameter(Eigen::Index i) const { return parameters_[i]; }
  void set_parameter(Eigen::Index i, double value);

 private:
  struct Layer {
    Eigen::Index inputs = 0;
    Eigen::Index outputs = 0;
    Eigen::Index first = 0;  // of its parameters: mean weights, raw variance weights, both biases
  };
  struct Trace;  // what a forward pass leaves for the backward one

  Trace forward(const Eigen::VectorXd& x) const;
  // Gradients of the output's mean and variance, weighted, by the parameters and by x.
  void backward(const Trace& trace, double by_mean, double by_variance, Eigen::VectorXd* parameters,
                Eigen::VectorXd* input) const;

  void set_variances();

  std::vector<Layer> layers_;
  Eigen::VectorXd parameters_;
  Eigen::VectorXd softplus_;  // of the raw variances among the parameters, at their places
  Eigen::VectorXd logistic_;  // its derivative there
  Eigen::VectorXd first_moment_;
  Eigen::VectorXd second_moment_;
  long steps_ = 0;
};

}  // namespace quarry::predictors
