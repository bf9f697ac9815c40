// Limited-memory BFGS (Nocedal 1980; Nocedal and Wright 2006, algorithm 7.5) for the few dozen to
// few hundred parameters of a model: deterministic, no line-search library.
#pragma once

#include <Eigen/Dense>
#include <functional>

namespace quarry::predictors {

struct LbfgsOptions {
  int iterations = 50;
  double tolerance = 1e-2;    // stop when a step lowers the value by less
  double largest_step = 1.0;  // of any parameter in one iteration
};

// The value at `parameters`, its gradient written; infinity where it has none.
using Objective =
    std::function<double(const Eigen::VectorXd& parameters, Eigen::VectorXd& gradient)>;

// Lowers the objective from `start` by backtracking steps; returns the best parameters seen. If the
// objective is infinite at the start, `start` itself.
Eigen::VectorXd minimise(const Objective& objective, Eigen::VectorXd start,
                         const LbfgsOptions& options);

}  // namespace quarry::predictors
