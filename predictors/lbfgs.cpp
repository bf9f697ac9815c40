// Tested by tests/predictors/lbfgs_test.cpp.
#include "predictors/lbfgs.hpp"

#include <cmath>
#include <deque>

namespace quarry::predictors {
namespace {

constexpr std::size_t kMemory = 8;

struct Pair {
  Eigen::VectorXd step;
  Eigen::VectorXd change;  // of the gradient
};

// The two-loop recursion: the remembered curvature applied to the gradient.
Eigen::VectorXd direction(const std::deque<Pair>& pairs, const Eigen::VectorXd& gradient) {
  Eigen::VectorXd q = gradient;
  std::vector<double> alphas(pairs.size());
  for (std::size_t i = pairs.size(); i-- > 0;) {
    alphas[i] = pairs[i].step.dot(q) / pairs[i].step.dot(pairs[i].change);
    q -= alphas[i] * pairs[i].change;
  }
  if (pairs.empty()) {
    q /= std::max(1.0, gradient.norm());
  } else {
    q *= pairs.back().step.dot(pairs.back().change) / pairs.back().change.squaredNorm();
  }
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const double beta = pairs[i].change.dot(q) / pairs[i].step.dot(pairs[i].change);
    q += pairs[i].step * (alphas[i] - beta);
  }
  return q;
}

}  // namespace

Eigen::VectorXd minimise(const Objective& objective, Eigen::VectorXd start,
                         const LbfgsOptions& options) {
  constexpr int kTries = 10;
  constexpr double kSufficient = 1e-4;  // Armijo
  constexpr double kShrink = 0.4;
  Eigen::VectorXd at = std::move(start);
  Eigen::VectorXd gradient(at.size());
  double value = objective(at, gradient);
  std::deque<Pair> pairs;
  for (int iteration = 0; iteration < options.iterations && std::isfinite(value); ++iteration) {
    Eigen::VectorXd down = direction(pairs, gradient);
    const double longest = down.cwiseAbs().maxCoeff();
    if (longest > options.largest_step) down *= options.largest_step / longest;
    const double slope = down.dot(gradient);
    if (!(slope > 0.0)) break;
    Eigen::VectorXd next;
    Eigen::VectorXd next_gradient(at.size());
    double next_value = value;
    bool lowered = false;
    double length = 1.0;
    for (int attempt = 0; attempt < kTries && !lowered; ++attempt, length *= kShrink) {
      next = at - length * down;
      next_value = objective(next, next_gradient);
      lowered = next_value <= value - kSufficient * length * slope;
    }
    if (!lowered) break;
    Pair pair{next - at, next_gradient - gradient};
    // Without positive curvature the pair would turn the direction uphill.
    if (pair.step.dot(pair.change) > 1e-12) {
      pairs.push_back(std::move(pair));
      if (pairs.size() > kMemory) pairs.pop_front();
    }
    const double gain = value - next_value;
    at = std::move(next);
    gradient = std::move(next_gradient);
    value = next_value;
    if (gain < options.tolerance) break;
  }
  return at;
}

}  // namespace quarry::predictors
