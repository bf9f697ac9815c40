// Tested by tests/predictors/mlp_ensemble_test.cpp.
#include "predictors/mlp_ensemble.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "predictors/adam.hpp"
#include "predictors/standardised.hpp"
#include "predictors/target_scale.hpp"
#include "predictors/training_rows.hpp"

namespace quarry::predictors {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr const char* kMlpEnsemble = "mlp_ensemble";
constexpr Index kBatch = 32;
constexpr double kLearningRate = 0.01;

struct MlpOptions {
  int networks = 4;
  int hidden = 32;
  int steps = 400;
};

// SplitMix64 (Steele, Lea and Flood 2014): uniform in [0, 1).
class Uniforms {
 public:
  explicit Uniforms(std::uint64_t seed) : state_(seed) {}
  double operator()() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
  }

 private:
  std::uint64_t state_;
};

// inputs - hidden - hidden - 1 with rectifiers, its weights and biases in one vector.
class Network {
 public:
  Network(Index inputs, Index hidden) : inputs_(inputs), hidden_(hidden) {}

  Index size() const { return hidden_ * (inputs_ + 1) + hidden_ * (hidden_ + 1) + hidden_ + 1; }

  VectorXd first_weights(Uniforms& uniform) const {
    VectorXd weights = VectorXd::Zero(size());
    const auto fill = [&](Index at, Index count, Index from) {
      const double limit = std::sqrt(6.0 / static_cast<double>(from));  // He et al. 2015
      for (Index i = at; i < at + count; ++i) weights[i] = limit * (2.0 * uniform() - 1.0);
    };
    fill(0, hidden_ * inputs_, inputs_);
    fill(second(), hidden_ * hidden_, hidden_);
    fill(third(), hidden_, hidden_);
    weights.segment(third(), hidden_) *= 0.3;  // begins near 0, the targets' mean
    return weights;
  }

  // One answer per column of `in`.
  VectorXd answers(const VectorXd& weights, const MatrixXd& in) const {
    const MatrixXd first = layer(weights, 0, in).cwiseMax(0.0);
    const MatrixXd next = layer(weights, second(), first).cwiseMax(0.0);
    return (next.transpose() * weights.segment(third(), hidden_)).array() + weights[size() - 1];
  }

  // Of half the weighted mean square of answer - y.
  VectorXd gradient(const VectorXd& weights, const MatrixXd& in, const VectorXd& y,
                    const VectorXd& counts) const {
    const MatrixXd first = layer(weights, 0, in).cwiseMax(0.0);
    const MatrixXd next = layer(weights, second(), first).cwiseMax(0.0);
    const auto last = weights.segment(third(), hidden_);
    const VectorXd answer = (next.transpose() * last).array() + weights[size() - 1];
    const VectorXd error = (answer - y).cwiseProduct(counts) / static_cast<double>(y.size());
    VectorXd slope(size());
    slope.segment(third(), hidden_) = next * error;
    slope[size() - 1] = error.sum();
    const MatrixXd back_next =
        ((last * error.transpose()).array() * (next.array() > 0.0).cast<double>()).matrix();
    write(slope, second(), back_next, first);
    const Eigen::Map<const MatrixXd> middle(weights.data() + second(), hidden_, hidden_);
    const MatrixXd back_first =
        ((middle.transpose() * back_next).array() * (first.array() > 0.0).cast<double>()).matrix();
    write(slope, 0, back_first, in);
    return slope;
  }

 private:
  Index second() const { return hidden_ * (inputs_ + 1); }
  Index third() const { return second() + hidden_ * (hidden_ + 1); }

  // Weights from `at` on, then biases.
  MatrixXd layer(const VectorXd& weights, Index at, const MatrixXd& in) const {
    const Eigen::Map<const MatrixXd> matrix(weights.data() + at, hidden_, in.rows());
    return (matrix * in).colwise() + weights.segment(at + hidden_ * in.rows(), hidden_);
  }

  void write(VectorXd& slope, Index at, const MatrixXd& back, const MatrixXd& in) const {
    Eigen::Map<MatrixXd>(slope.data() + at, hidden_, in.rows()).noalias() = back * in.transpose();
    slope.segment(at + hidden_ * in.rows(), hidden_) = back.rowwise().sum();
  }

  Index inputs_;
  Index hidden_;
};

class MlpEnsemble final : public Predictor {
 public:
  MlpEnsemble(const MlpOptions& options, Columns columns)
      : options_(options), columns_(std::move(columns)), network_(inputs(), options.hidden) {}

  void fit(const Matrix& x, std::span<const double> y, std::span<const double> noise) override {
    require_training_rows(columns_, x, y, noise);
    scale_ = TargetScale::of(y);
    networks_.clear();
    if (scale_.constant()) return;
    standardised_ = Standardised(columns_, x);
    const MatrixXd in = encoded(x);
    const std::vector<double> targets = scale_.scaled(y);
    const std::vector<double> weights = noise_weights(y, noise);
    for (int k = 0; k < options_.networks; ++k)
      networks_.push_back(trained(in, targets, weights, static_cast<std::uint64_t>(k)));
  }

  Prediction predict(const Matrix& x) const override {
    Prediction prediction;
    prediction.mean.assign(x.rows, scale_.mean);
    prediction.standard_deviation.assign(x.rows, 0.0);
    if (networks_.empty()) return prediction;
    // Row by row, so that a row's answer does not depend on the others beside it.
    for (std::size_t i = 0; i < x.rows; ++i) {
      Matrix row(1, x.columns);
      std::ranges::copy(x.row(i), row.row(0).begin());
      const MatrixXd in = encoded(row);
      VectorXd answers(std::ssize(networks_));
      for (Index k = 0; k < answers.size(); ++k)
        answers[k] = network_.answers(networks_[static_cast<std::size_t>(k)], in)[0];
      prediction.mean[i] = scale_.unscaled(answers.mean());
      prediction.standard_deviation[i] =
          scale_.deviation * std::sqrt((answers.array() - answers.mean()).square().mean());
    }
    return prediction;
  }

  ModelState save() const override {
    ModelState state = state_of(kMlpEnsemble, columns_);
    scale_.save(state);
    if (networks_.empty()) return state;
    standardised_.save(state);
    state.numbers["hidden"] = {static_cast<double>(options_.hidden)};
    std::vector<double>& weights = state.numbers["weights"];  // network after network
    for (const VectorXd& network : networks_)
      weights.insert(weights.end(), network.begin(), network.end());
    return state;
  }

  void restore(const ModelState& state) override {
    require_state(state, kMlpEnsemble, columns_);
    MlpOptions options = options_;
    if (state.numbers.contains("hidden"))
      options.hidden = static_cast<int>(saved_count(state, "hidden", 1, 1024));
    MlpEnsemble restored(options, columns_);
    restored.scale_ = TargetScale::restored(state);
    if (!restored.scale_.constant()) {
      restored.standardised_ = Standardised::restored(state, columns_.size());
      const auto size = static_cast<std::size_t>(restored.network_.size());
      const std::size_t found = saved_numbers(state, "weights").size();
      const std::size_t count = std::max<std::size_t>(1, found / size);
      const std::vector<double>& weights = saved_numbers(state, "weights", count * size);
      saved_count(state, "hidden", 1, 1024);
      for (std::size_t k = 0; k < count; ++k)
        restored.networks_.emplace_back(
            Eigen::Map<const VectorXd>(weights.data() + k * size, restored.network_.size()));
    }
    *this = std::move(restored);
  }

 private:
  Index inputs() const {
    std::size_t count = 0;
    for (const Column& column : columns_)
      count += column.kind == ColumnKind::kNumber ? 1 : column.levels;
    return static_cast<Index>(count);
  }

  // One-hot, one row of x per column; numbers standardised.
  MatrixXd encoded(const Matrix& x) const {
    MatrixXd in = MatrixXd::Zero(inputs(), static_cast<Index>(x.rows));
    std::vector<double> row(x.columns);
    for (std::size_t i = 0; i < x.rows; ++i) {
      std::ranges::copy(x.row(i), row.begin());
      standardised_.apply(row);
      Index at = 0;
      for (std::size_t c = 0; c < row.size(); ++c) {
        const bool number = columns_[c].kind == ColumnKind::kNumber;
        const std::size_t width = number ? 1 : columns_[c].levels;
        if (number) {
          in(at, static_cast<Index>(i)) = row[c];
        } else if (row[c] >= 0.0 && row[c] < static_cast<double>(width)) {
          in(at + static_cast<Index>(row[c]), static_cast<Index>(i)) = 1.0;
        }
        at += static_cast<Index>(width);
      }
    }
    return in;
  }

  VectorXd trained(const MatrixXd& in, const std::vector<double>& y,
                   const std::vector<double>& weights, std::uint64_t number) const {
    Uniforms uniform(number + 1);
    VectorXd parameters = network_.first_weights(uniform);
    VectorXd first_moment = VectorXd::Zero(parameters.size());
    VectorXd second_moment = VectorXd::Zero(parameters.size());
    const Index batch = std::min(kBatch, in.cols());
    std::vector<Index> order(y.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<Index>(i);
    std::size_t next = order.size();
    MatrixXd some(in.rows(), batch);
    VectorXd targets(batch);
    VectorXd counts(batch);
    for (int step = 1; step <= options_.steps; ++step) {
      for (Index j = 0; j < batch; ++j) {
        if (next == order.size()) {
          for (std::size_t i = order.size(); i > 1; --i)
            std::swap(order[i - 1],
                      order[static_cast<std::size_t>(uniform() * static_cast<double>(i))]);
          next = 0;
        }
        const Index row = order[next++];
        some.col(j) = in.col(row);
        targets[j] = y[static_cast<std::size_t>(row)];
        counts[j] = weights[static_cast<std::size_t>(row)];
      }
      const double share = static_cast<double>(step) / options_.steps;
      const double rate = kLearningRate * 0.5 * (1.0 + std::cos(std::numbers::pi * share));
      adam_step(network_.gradient(parameters, some, targets, counts), rate, step, first_moment,
                second_moment, parameters);
    }
    return parameters;
  }

  MlpOptions options_;
  Columns columns_;
  Network network_;
  TargetScale scale_;
  Standardised standardised_;
  std::vector<VectorXd> networks_;
};

}  // namespace

std::vector<OptionSpec> mlp_ensemble_options() {
  const MlpOptions defaults;
  return {{.name = "networks",
           .fallback = std::int64_t{defaults.networks},
           .min = 2,
           .max = 64,
           .help = "that are averaged"},
          {.name = "hidden",
           .fallback = std::int64_t{defaults.hidden},
           .min = 1,
           .max = 1024,
           .help = "units of each of the two hidden layers"},
          {.name = "steps",
           .fallback = std::int64_t{defaults.steps},
           .min = 1,
           .max = 100000,
           .help = "of 32 rows, per network"}};
}

std::unique_ptr<Predictor> make_mlp_ensemble(const OptionValues& options, Columns columns) {
  return std::make_unique<MlpEnsemble>(
      MlpOptions{.networks = static_cast<int>(options.integer("networks")),
                 .hidden = static_cast<int>(options.integer("hidden")),
                 .steps = static_cast<int>(options.integer("steps"))},
      std::move(columns));
}

}  // namespace quarry::predictors
