// Tested by tests/predictors/gaussian_process_test.cpp.
#include "predictors/gaussian_process.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <stdexcept>

#include "predictors/lbfgs.hpp"
#include "predictors/level_kernel.hpp"
#include "predictors/marginal_likelihood.hpp"
#include "predictors/row_choice.hpp"
#include "predictors/training_rows.hpp"

namespace quarry::predictors {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::MatrixXf;
using Eigen::VectorXd;
using Eigen::VectorXf;

struct GaussianProcessOptions {
  std::size_t fit_rows = 200;
  std::size_t deviation_rows = 128;
  int iterations = 50;
};

class GaussianProcess final : public Predictor {
 public:
  GaussianProcess(const GaussianProcessOptions& options, Columns columns)
      : options_(options), columns_(std::move(columns)) {}

  void fit(const Matrix& x, std::span<const double> y, std::span<const double> noise) override {
    require_training_rows(columns_, x, y, noise);
    const VectorXd scaled = take_targets(y);
    parameters_ = KernelParameters::standard(columns_.size());
    if (!constant_) {
      const std::vector<std::size_t> which = rows_to_fit(x.rows, options_.fit_rows);
      const Matrix some = some_rows(x, which);
      const VectorXd known = known_variances(x.rows, noise);
      VectorXd targets(static_cast<Index>(which.size()));
      VectorXd variances(static_cast<Index>(which.size()));
      for (std::size_t i = 0; i < which.size(); ++i) {
        targets[static_cast<Index>(i)] = scaled[static_cast<Index>(which[i])];
        variances[static_cast<Index>(i)] = known[static_cast<Index>(which[i])];
      }
      const MarginalLikelihood likelihood(columns_, some, std::move(targets), std::move(variances));
      parameters_.logs =
          minimise(likelihood, parameters_.logs, {.iterations = options_.iterations});
    }
    condition(x, scaled, noise);
  }

  void update(const Matrix& x, std::span<const double> y, std::span<const double> noise) override {
    if (constant_ || parameters_.logs.size() == 0) return fit(x, y, noise);
    require_training_rows(columns_, x, y, noise);
    const VectorXd scaled = take_targets(y);
    condition(x, scaled, noise);
  }

  Prediction predict(const Matrix& x) const override {
    assert(x.columns == columns_.size());
    Prediction prediction;
    prediction.mean.assign(x.rows, mean_);
    prediction.standard_deviation.assign(x.rows, 0.0);
    if (constant_) return prediction;
    // Enough rows for the triangular solve to work on blocks, few enough to stay in the cache.
    constexpr std::size_t kBlock = 64;
    for (std::size_t first = 0; first < x.rows; first += kBlock)
      predict_block(x, first, std::min(kBlock, x.rows - first), prediction);
    return prediction;
  }

  ModelState save() const override {
    ModelState state = state_of("gaussian_process", columns_);
    state.numbers["mean"] = {mean_};
    state.numbers["scale"] = {scale_};
    if (constant_) return state;
    save_rows(rows_, state);
    state.numbers["parameters"] = saved(parameters_.logs);
    state.numbers["alpha"] = saved(alpha_);
    std::vector<double>& factor = state.numbers["deviation_factor"];  // row after row
    for (Index i = 0; i < deviation_factor_.rows(); ++i) {
      for (Index j = 0; j <= i; ++j) factor.push_back(deviation_factor_(i, j));
    }
    return state;
  }

  // A constant process has no rows.
  void restore(const ModelState& state) override {
    require_state(state, "gaussian_process", columns_);
    GaussianProcess restored(options_, columns_);
    restored.mean_ = saved_number(state, "mean");
    restored.scale_ = saved_number(state, "scale");
    restored.constant_ = !state.numbers.contains("rows");
    if (!restored.constant_) restored.restore_rows(state);
    *this = std::move(restored);
  }

 private:
  template <typename Vector>
  static std::vector<double> saved(const Vector& vector) {
    return {vector.data(), vector.data() + vector.size()};
  }

  void restore_rows(const ModelState& state) {
    rows_ = saved_rows(state, columns_.size());
    if (rows_.rows == 0)
      throw std::invalid_argument("the stored state of 'gaussian_process' has no rows");
    distances_ = LevelDistances(columns_, rows_);
    const std::vector<double>& logs = saved_numbers(state, "parameters", 2 * columns_.size() + 3);
    parameters_.logs = Eigen::Map<const VectorXd>(logs.data(), std::ssize(logs));
    const std::vector<double>& alpha = saved_numbers(state, "alpha", rows_.rows);
    alpha_ = Eigen::Map<const VectorXd>(alpha.data(), std::ssize(alpha)).cast<float>();
    distances_.weigh(alpha_);
    const std::size_t factor_size = saved_numbers(state, "deviation_factor").size();
    std::size_t known = 0;
    while (known * (known + 1) / 2 < factor_size) ++known;
    const std::vector<double>& factor =
        saved_numbers(state, "deviation_factor", known * (known + 1) / 2);
    if (known == 0 || known > rows_.rows)
      throw std::invalid_argument(
          "the stored state of 'gaussian_process' knows a deviation of no rows, or of more than it "
          "has");
    deviation_factor_ = MatrixXd::Zero(static_cast<Index>(known), static_cast<Index>(known));
    std::size_t next = 0;
    for (Index i = 0; i < deviation_factor_.rows(); ++i) {
      for (Index j = 0; j <= i; ++j) deviation_factor_(i, j) = factor[next++];
      if (!(deviation_factor_(i, i) > 0.0))
        throw std::invalid_argument(
            "the stored state of 'gaussian_process' has a deviation factor that is not positive");
    }
    prepare();
  }

  // Centres and scales y; remembers how.
  VectorXd take_targets(std::span<const double> y) {
    const Eigen::Map<const VectorXd> targets(y.data(), static_cast<Index>(y.size()));
    mean_ = targets.mean();
    scale_ = std::sqrt((targets.array() - mean_).square().mean());
    constant_ = !(scale_ > 1e-12 * std::max(std::abs(mean_), 1e-12));
    if (constant_) return VectorXd::Zero(targets.size());
    return (targets.array() - mean_) / scale_;
  }

  // The noise that is known of each row, in units of the targets' variance.
  VectorXd known_variances(std::size_t rows, std::span<const double> noise) const {
    VectorXd variances = VectorXd::Zero(static_cast<Index>(rows));
    for (std::size_t i = 0; i < noise.size(); ++i)
      variances[static_cast<Index>(i)] = noise[i] * noise[i] / (scale_ * scale_);
    return variances;
  }

  void condition(const Matrix& x, const VectorXd& y, std::span<const double> noise) {
    if (constant_) return;
    rows_ = x;
    distances_ = LevelDistances(columns_, x);
    const Index n = y.size();
    MatrixXd kernel(n, n);
    VectorXf far(n);
    VectorXf additive(n);
    for (Index i = 0; i < n; ++i) {
      sum_distances(x.row(static_cast<std::size_t>(i)), far, additive);
      kernel.col(i) = (product() * (-far.array()).exp() + additive.array()).matrix().cast<double>();
    }
    kernel.diagonal().array() += parameters_.noise() + kJitter;
    if (!noise.empty()) kernel.diagonal() += known_variances(x.rows, noise);
    // Rows that repeat each other with other values need more than the usual jitter.
    Eigen::LLT<MatrixXd> cholesky(kernel);
    for (double jitter = 1e-6; cholesky.info() != Eigen::Success; jitter *= 10.0) {
      kernel.diagonal().array() += jitter;
      cholesky.compute(kernel);
    }
    alpha_ = cholesky.solve(y).cast<float>();
    distances_.weigh(alpha_);
    const auto known = std::min<Index>(n, static_cast<Index>(options_.deviation_rows));
    // The leading block's factor is the leading block of the factor.
    deviation_factor_ = cholesky.matrixLLT().topLeftCorner(known, known);
    prepare();
  }

  // What follows from the parameters.
  void prepare() {
    prior_variance_ = parameters_.product() + static_cast<double>(parameters_.weights().sum());
    thetas_ = parameters_.thetas();
    weights_ = parameters_.weights();
  }

  float product() const { return static_cast<float>(parameters_.product()); }

  // far[i] = sum of theta d, additive[i] = the additive part, between `row` and row i.
  void sum_distances(std::span<const double> row, VectorXf& far, VectorXf& additive) const {
    const VectorXf thetas = parameters_.thetas();
    const VectorXf weights = parameters_.weights();
    VectorXf scratch;
    far.setZero();
    additive.setConstant(weights.sum());
    for (std::size_t c = 0; c < row.size(); ++c) {
      const Eigen::Map<const VectorXf> distance(distances_.of(c, row[c], scratch), far.size());
      far += thetas[static_cast<Index>(c)] * distance;
      additive -= weights[static_cast<Index>(c)] * distance;
    }
  }

  void predict_block(const Matrix& x, std::size_t first, std::size_t count,
                     Prediction& prediction) const {
    const Index known = deviation_factor_.rows();
    MatrixXd kernel(known, static_cast<Index>(count));
    VectorXf far(alpha_.size());
    VectorXf additive(known);
    VectorXf scratch;
    const float all_weights = weights_.sum();
    const float all_alpha = alpha_.sum();
    for (std::size_t j = 0; j < count; ++j) {
      const auto row = x.row(first + j);
      far.setZero();
      additive.setConstant(all_weights);
      // The additive part's share of the mean: sum over rows of alpha times the part.
      float additive_mean = all_weights * all_alpha;
      for (std::size_t c = 0; c < row.size(); ++c) {
        const Eigen::Map<const VectorXf> distance(distances_.of(c, row[c], scratch), far.size());
        const auto column = static_cast<Index>(c);
        far += thetas_[column] * distance;
        additive -= weights_[column] * distance.head(known);
        additive_mean -= weights_[column] * distances_.weighed(c, row[c], alpha_, scratch);
      }
      const VectorXf decay = product() * (-far.array()).exp();
      prediction.mean[first + j] += scale_ * static_cast<double>(decay.dot(alpha_) + additive_mean);
      kernel.col(static_cast<Index>(j)) = (decay.head(known) + additive).cast<double>();
    }
    deviation_factor_.triangularView<Eigen::Lower>().solveInPlace(kernel);
    for (std::size_t j = 0; j < count; ++j) {
      const double variance = prior_variance_ - kernel.col(static_cast<Index>(j)).squaredNorm();
      prediction.standard_deviation[first + j] = scale_ * std::sqrt(std::max(variance, 0.0));
    }
  }

  GaussianProcessOptions options_;
  Columns columns_;
  double mean_ = 0.0;
  double scale_ = 1.0;
  bool constant_ = true;
  KernelParameters parameters_;
  LevelDistances distances_;
  VectorXf alpha_;
  MatrixXd deviation_factor_;  // its lower triangle
  Matrix rows_;                // the training rows
  VectorXf thetas_;
  VectorXf weights_;
  double prior_variance_ = 0.0;
};

}  // namespace

std::vector<OptionSpec> gaussian_process_options() {
  return {{.name = "fit_rows",
           .fallback = std::int64_t{200},
           .min = 10,
           .max = 5000,
           .help = "rows that relevances, amplitudes and noise are fitted to"},
          {.name = "deviation_rows",
           .fallback = std::int64_t{128},
           .min = 10,
           .max = 5000,
           .help = "first rows that the standard deviation knows of"},
          {.name = "iterations",
           .fallback = std::int64_t{50},
           .min = 1,
           .max = 1000,
           .help = "steps of the fit"}};
}

std::unique_ptr<Predictor> make_gaussian_process(const OptionValues& options, Columns columns) {
  return std::make_unique<GaussianProcess>(
      GaussianProcessOptions{
          .fit_rows = static_cast<std::size_t>(options.integer("fit_rows")),
          .deviation_rows = static_cast<std::size_t>(options.integer("deviation_rows")),
          .iterations = static_cast<int>(options.integer("iterations"))},
      std::move(columns));
}

}  // namespace quarry::predictors
