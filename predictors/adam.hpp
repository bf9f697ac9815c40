// One step of AdamW (Loshchilov and Hutter 2019, ICLR, algorithm 2) with the usual constants.
#pragma once

#include <Eigen/Dense>
#include <cmath>

namespace quarry::predictors {

// `step` counts from 1; the moments start at zero.
inline void adam_step(const Eigen::VectorXd& gradient, double learning_rate, long step,
                      Eigen::VectorXd& first_moment, Eigen::VectorXd& second_moment,
                      Eigen::VectorXd& parameters) {
  constexpr double kBeta1 = 0.9;
  constexpr double kBeta2 = 0.999;
  constexpr double kEpsilon = 1e-8;
  constexpr double kDecay = 0.01;
  first_moment = kBeta1 * first_moment + (1 - kBeta1) * gradient;
  second_moment = kBeta2 * second_moment + (1 - kBeta2) * gradient.cwiseAbs2();
  const double first_bias = 1 - std::pow(kBeta1, static_cast<double>(step));
  const double second_bias = 1 - std::pow(kBeta2, static_cast<double>(step));
  parameters *= 1 - learning_rate * kDecay;
  parameters.array() -= learning_rate * (first_moment.array() / first_bias) /
                        ((second_moment.array() / second_bias).sqrt() + kEpsilon);
}

}  // namespace quarry::predictors
