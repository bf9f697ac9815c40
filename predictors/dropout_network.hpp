// The small network of BOSHNAS' teacher and student: layers of 64 and 32 with softplus, a sigmoid
// output; the teacher drops 30 % of the hidden activations in training and, to tell how unsure it
// is, in prediction too (Gal and Ghahramani 2016, ICML 33; Tuli et al. 2023, JAIR 77, section 4).
#pragma once

#include <Eigen/Dense>
#include <functional>
#include <vector>

#include "predictors/natural_parameter_network.hpp"

namespace quarry::predictors {

class DropoutNetwork {
 public:
  enum class Optimiser { kAdamW, kSgd };

  DropoutNetwork(Eigen::Index inputs, double dropout, Optimiser optimiser, double learning_rate,
                 const Uniform& uniform);

  double predict(const Eigen::VectorXd& x) const;
  // Standard deviation over `passes` predictions with dropout.
  double deviation(const Eigen::VectorXd& x, int passes, const Uniform& uniform) const;

  // One step on (prediction with dropout - y)^2.
  void train_step(const Eigen::VectorXd& x, double y, const Uniform& uniform);
  double loss(const Eigen::VectorXd& x, double y) const;

  // d prediction / d x.
  Eigen::VectorXd gradient(const Eigen::VectorXd& x) const;

 private:
  struct Trace;
  Trace forward(const Eigen::VectorXd& x, const Uniform* uniform) const;
  void backward(const Trace& trace, double by_output, Eigen::VectorXd* parameters,
                Eigen::VectorXd* input) const;

  std::vector<std::pair<Eigen::Index, Eigen::Index>> layers_;  // inputs, outputs
  double dropout_;
  Optimiser optimiser_;
  double learning_rate_;
  Eigen::VectorXd parameters_;
  Eigen::VectorXd first_moment_;
  Eigen::VectorXd second_moment_;
  long steps_ = 0;
};

}  // namespace quarry::predictors
