// Tested by tests/predictors/boshnas_surrogate_test.cpp.
#include "predictors/boshnas_surrogate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

namespace quarry::predictors {

using Eigen::VectorXd;

namespace {

constexpr double kExploration = 0.5;
constexpr int kDropoutPasses = 10;

void shuffle(std::vector<std::size_t>& items, const Uniform& uniform) {
  for (std::size_t i = items.size(); i > 1; --i) {
    const auto j = static_cast<std::size_t>(uniform() * static_cast<double>(i));
    std::swap(items[i - 1], items[std::min(j, i - 1)]);
  }
}

// Epochs with early stopping: `step(i)` trains on row i, `loss(i)` judges it.
template <typename Step, typename Loss>
void train_network(std::size_t rows, int epochs, const Uniform& uniform, Step step, Loss loss) {
  constexpr int kLeastEpochs = 10;
  constexpr int kPatience = 7;
  std::vector<std::size_t> order(rows);
  std::iota(order.begin(), order.end(), std::size_t{0});
  double last = std::numeric_limits<double>::infinity();
  int rising = 0;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    shuffle(order, uniform);
    const std::size_t trained = std::max<std::size_t>(1, rows * 4 / 5);
    for (std::size_t i = 0; i < trained; ++i) step(order[i]);
    if (trained == rows) continue;
    double held_out = 0.0;
    for (std::size_t i = trained; i < rows; ++i) held_out += loss(order[i]);
    held_out /= static_cast<double>(rows - trained);
    rising = held_out > last ? rising + 1 : 0;
    last = held_out;
    if (rising >= kPatience && epoch >= kLeastEpochs) return;
  }
}

}  // namespace

BoshnasSurrogate::BoshnasSurrogate(Eigen::Index inputs, const Uniform& uniform)
    : mean_(inputs, uniform),
      teacher_(inputs, 0.3, DropoutNetwork::Optimiser::kAdamW, 2e-3, uniform),
      student_(inputs, 0.0, DropoutNetwork::Optimiser::kSgd, 2e-3, uniform) {}

void BoshnasSurrogate::train(const std::vector<VectorXd>& rows, const std::vector<double>& y,
                             int epochs, const Uniform& uniform) {
  train_network(
      rows.size(), epochs, uniform, [&](std::size_t i) { mean_.train_step(rows[i], y[i]); },
      [&](std::size_t i) { return mean_.loss(rows[i], y[i]); });
  train_network(
      rows.size(), epochs, uniform,
      [&](std::size_t i) { teacher_.train_step(rows[i], y[i], uniform); },
      [&](std::size_t i) { return teacher_.loss(rows[i], y[i]); });
  std::vector<double> spreads;
  for (const VectorXd& row : rows)
    spreads.push_back(teacher_.deviation(row, kDropoutPasses, uniform));
  train_network(
      rows.size(), epochs, uniform,
      [&](std::size_t i) { student_.train_step(rows[i], spreads[i], uniform); },
      [&](std::size_t i) { return student_.loss(rows[i], spreads[i]); });
}

BoshnasSurrogate::Guess BoshnasSurrogate::guess(const VectorXd& x) const {
  const NaturalParameterNetwork::Output output = mean_.predict(x);
  return {output.mean, student_.predict(x), std::sqrt(output.variance)};
}

VectorXd BoshnasSurrogate::acquisition_gradient(const VectorXd& x) const {
  return mean_.mean_gradient(x) - kExploration * student_.gradient(x);
}

VectorXd BoshnasSurrogate::improved(VectorXd start, const Uniform& uniform, int most_steps) const {
  constexpr double kLearningRate = 0.5;
  constexpr double kBeta1 = 0.9;
  constexpr double kBeta2 = 0.999;
  constexpr double kEpsilon = 1e-4;
  constexpr int kPatience = 6;
  constexpr double kStill = 1e-5;
  constexpr double kProbe = 1e-3;  // of the finite difference that gives a Hessian-vector product
  VectorXd x = std::move(start);
  VectorXd first = VectorXd::Zero(x.size());
  VectorXd second = VectorXd::Zero(x.size());
  int still = 0;
  for (int step = 1; step <= most_steps && still < kPatience; ++step) {
    const VectorXd gradient = acquisition_gradient(x);
    VectorXd signs(x.size());  // Hutchinson's estimate of the Hessian's diagonal
    for (Eigen::Index i = 0; i < x.size(); ++i) signs[i] = uniform() < 0.5 ? -1.0 : 1.0;
    const VectorXd curvature =
        (acquisition_gradient(x + kProbe * signs) - acquisition_gradient(x - kProbe * signs)) /
        (2 * kProbe);
    const VectorXd diagonal = signs.cwiseProduct(curvature).cwiseAbs();
    first = kBeta1 * first + (1 - kBeta1) * gradient;
    second = kBeta2 * second + (1 - kBeta2) * diagonal.cwiseAbs2();
    // Cosine annealing over two steps.
    const double rate =
        kLearningRate * 0.5 * (1 + std::cos(std::numbers::pi * ((step - 1) % 4) / 2.0));
    const VectorXd moment = first / (1 - std::pow(kBeta1, step));
    const VectorXd scale = (second / (1 - std::pow(kBeta2, step))).cwiseSqrt();
    const VectorXd next =
        (x.array() - rate * moment.array() / (scale.array() + kEpsilon)).max(0.0).min(1.0);
    still = (next - x).cwiseAbs().maxCoeff() < kStill && rate > 0.0 ? still + 1 : 0;
    x = next;
  }
  return x;
}

}  // namespace quarry::predictors
