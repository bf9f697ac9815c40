// Tested by tests/predictors/interaction_process_test.cpp.
#include "predictors/interaction_process.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "predictors/interaction_likelihood.hpp"
#include "predictors/lbfgs.hpp"
#include "predictors/part_sums.hpp"
#include "predictors/row_choice.hpp"
#include "predictors/training_rows.hpp"

namespace quarry::predictors {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using Eigen::VectorXf;

constexpr const char* kInteractionProcess = "interaction_process";
constexpr Index kLeastForOutliers = 20;
constexpr double kMedianToDeviation = 1.4826;  // of a normal distribution
constexpr double kOutlier = 4.0;               // deviations; one normal row of 16,000
constexpr double kMostOutliers = 0.15;         // of all rows

struct InteractionOptions {
  std::size_t fit_rows = 250;
  std::size_t deviation_rows = 128;
  int iterations = 40;
};

class InteractionProcess final : public Predictor {
 public:
  InteractionProcess(const InteractionOptions& options, Columns columns)
      : options_(options), columns_(std::move(columns)) {}

  void fit(const Matrix& x, std::span<const double> y, std::span<const double> noise) override {
    require_training_rows(columns_, x, y, noise);
    const VectorXd scaled = take_targets(y);
    if (constant_) return;
    const VectorXd known = known_variances(x.rows, noise);
    learn(x, scaled, known);
    condition(x, scaled, known);
    const VectorXd robust = with_outliers(scaled, known);
    if (robust == known) return;
    // Without the outliers there is less noise to learn.
    learn(x, scaled, robust);
    condition_robustly(x, scaled, known);
  }

  void update(const Matrix& x, std::span<const double> y, std::span<const double> noise) override {
    if (constant_) return fit(x, y, noise);
    require_training_rows(columns_, x, y, noise);
    const VectorXd scaled = take_targets(y);
    if (!constant_) condition_robustly(x, scaled, known_variances(x.rows, noise));
  }

  Prediction predict(const Matrix& x) const override {
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
    ModelState state = state_of(kInteractionProcess, columns_);
    state.numbers["mean"] = {mean_};
    state.numbers["scale"] = {scale_};
    if (constant_) return state;
    save_rows(rows_, state);
    state.numbers["parameters"] = {parameters_.logs.begin(), parameters_.logs.end()};
    state.numbers["alpha"] = {alpha_.begin(), alpha_.end()};
    std::vector<double>& factor = state.numbers["deviation_factor"];  // row after row
    for (Index i = 0; i < deviation_factor_.rows(); ++i) {
      for (Index j = 0; j <= i; ++j) factor.push_back(deviation_factor_(i, j));
    }
    return state;
  }

  // A constant process has no rows.
  void restore(const ModelState& state) override {
    require_state(state, kInteractionProcess, columns_);
    InteractionProcess restored(options_, columns_);
    restored.mean_ = saved_number(state, "mean");
    restored.scale_ = saved_number(state, "scale");
    restored.constant_ = !state.numbers.contains("rows");
    if (!restored.constant_) restored.restore_rows(state);
    *this = std::move(restored);
  }

 private:
  void restore_rows(const ModelState& state) {
    take_rows(saved_rows(state, columns_.size()));
    if (rows_.rows == 0) refuse("has no rows");
    const auto logs =
        static_cast<std::size_t>(InteractionParameters::standard(parts_.parts()).logs.size());
    parameters_.parts = parts_.parts();
    const std::vector<double>& saved = saved_numbers(state, "parameters", logs);
    parameters_.logs = Eigen::Map<const VectorXd>(saved.data(), std::ssize(saved));
    const std::vector<double>& alpha = saved_numbers(state, "alpha", rows_.rows);
    alpha_ = Eigen::Map<const VectorXd>(alpha.data(), std::ssize(alpha)).cast<float>();
    const std::size_t factor_size = saved_numbers(state, "deviation_factor").size();
    std::size_t known = 0;
    while (known * (known + 1) / 2 < factor_size) ++known;
    const std::vector<double>& factor =
        saved_numbers(state, "deviation_factor", known * (known + 1) / 2);
    if (known == 0 || known > rows_.rows) refuse("knows a deviation of no rows, or of too many");
    deviation_factor_ = MatrixXd::Zero(static_cast<Index>(known), static_cast<Index>(known));
    std::size_t next = 0;
    for (Index i = 0; i < deviation_factor_.rows(); ++i) {
      for (Index j = 0; j <= i; ++j) deviation_factor_(i, j) = factor[next++];
      if (!(deviation_factor_(i, i) > 0.0)) refuse("has a deviation factor that is not positive");
    }
    sums_ = PartSums(columns_, parts_, parameters_.weights(), parameters_.decays());
  }

  [[noreturn]] static void refuse(const std::string& what) {
    throw std::invalid_argument(std::string("the stored state of '") + kInteractionProcess + "' " +
                                what);
  }

  // Centres and scales y; remembers how.
  VectorXd take_targets(std::span<const double> y) {
    const Eigen::Map<const VectorXd> targets(y.data(), static_cast<Index>(y.size()));
    mean_ = targets.mean();
    scale_ = std::sqrt((targets.array() - mean_).square().mean());
    constant_ = !(scale_ > 1e-12 * std::max(std::abs(mean_), 1e-12));
    return constant_ ? VectorXd::Zero(targets.size())
                     : VectorXd((targets.array() - mean_) / scale_);
  }

  // The noise that is known of each row, in units of the targets' variance.
  VectorXd known_variances(std::size_t rows, std::span<const double> noise) const {
    VectorXd variances = VectorXd::Zero(static_cast<Index>(rows));
    for (std::size_t i = 0; i < noise.size(); ++i)
      variances[static_cast<Index>(i)] = noise[i] * noise[i] / (scale_ * scale_);
    return variances;
  }

  // The parameters that explain some of the rows best.
  void learn(const Matrix& x, const VectorXd& y, const VectorXd& known) {
    const std::vector<std::size_t> which = rows_to_fit(x.rows, options_.fit_rows);
    const Matrix some = some_rows(x, which);
    VectorXd targets(static_cast<Index>(which.size()));
    VectorXd variances(targets.size());
    for (Index i = 0; i < targets.size(); ++i) {
      targets[i] = y[static_cast<Index>(which[static_cast<std::size_t>(i)])];
      variances[i] = known[static_cast<Index>(which[static_cast<std::size_t>(i)])];
    }
    const InteractionLikelihood likelihood(columns_, some, std::move(targets),
                                           std::move(variances));
    parameters_ = InteractionParameters::standard(likelihood.parts());
    parameters_.logs = minimise(likelihood, parameters_.logs,
                                {.iterations = options_.iterations, .tolerance = 0.05});
  }

  void condition_robustly(const Matrix& x, const VectorXd& y, const VectorXd& known) {
    condition(x, y, known);
    const VectorXd robust = with_outliers(y, known);
    if (robust != known) condition(x, y, robust);
  }

  // Noise for rows whose target is far from what the others say of it (the leave-one-out residual),
  // measured by the median: so much that they hardly count. After condition().
  VectorXd with_outliers(const VectorXd& y, VectorXd known) const {
    if (y.size() < kLeastForOutliers) return known;
    MatrixXd inverse = MatrixXd::Identity(y.size(), y.size());
    factor_.triangularView<Eigen::Lower>().solveInPlace(inverse);
    const VectorXd precision = inverse.colwise().squaredNorm();
    const VectorXd residuals = (inverse.transpose() * (inverse * y)).cwiseQuotient(precision);
    std::vector<double> sizes(static_cast<std::size_t>(y.size()));
    for (Index i = 0; i < y.size(); ++i)
      sizes[static_cast<std::size_t>(i)] = std::abs(residuals[i]);
    std::ranges::nth_element(sizes, sizes.begin() + std::ssize(sizes) / 2);
    const double usual = kMedianToDeviation * sizes[sizes.size() / 2];
    // More than a few are no accidents but a function that is hard to learn.
    if (static_cast<double>((residuals.array().abs() > kOutlier * usual).count()) >
        kMostOutliers * static_cast<double>(y.size()))
      return known;
    for (Index i = 0; i < y.size(); ++i) {
      if (std::abs(residuals[i]) > kOutlier * usual) known[i] += residuals[i] * residuals[i];
    }
    return known;
  }

  void take_rows(Matrix rows) {
    rows_ = std::move(rows);
    parts_ = ColumnParts(columns_, rows_, rows_);
  }

  void condition(const Matrix& x, const VectorXd& y, const VectorXd& known) {
    take_rows(x);
    const Index n = y.size();
    const VectorXf weights = parameters_.weights();
    const VectorXf decays = parameters_.decays();
    MatrixXd kernel = MatrixXd::Zero(n, n);
    VectorXf sum;
    VectorXf far;
    VectorXf scratch;
    for (Index i = 0; i < n; ++i) {
      sum_parts(parts_, x.row(static_cast<std::size_t>(i)), weights, decays, i, sum, far, scratch);
      kernel.col(i).tail(n - i) = interaction_kernel(parameters_, sum, far).cast<double>();
    }
    kernel.diagonal() += known;
    kernel.diagonal().array() += parameters_.at(InteractionParameters::kNoise) + 1e-6;
    // Rows that repeat each other with other values need more than the usual jitter.
    Eigen::LLT<MatrixXd> cholesky(kernel);
    for (double jitter = 1e-5; cholesky.info() != Eigen::Success; jitter *= 10.0) {
      kernel.diagonal().array() += jitter;
      cholesky.compute(kernel);
    }
    factor_ = cholesky.matrixL();
    alpha_ = cholesky.solve(y).cast<float>();
    const auto kept = std::min<Index>(n, static_cast<Index>(options_.deviation_rows));
    // The leading block's factor is the leading block of the factor.
    deviation_factor_ = cholesky.matrixLLT().topLeftCorner(kept, kept);
    sums_ = PartSums(columns_, parts_, weights, decays);
  }

  void predict_block(const Matrix& x, std::size_t first, std::size_t count,
                     Prediction& prediction) const {
    const VectorXf weights = parameters_.weights();
    const Index known = deviation_factor_.rows();
    MatrixXd kernel(known, static_cast<Index>(count));
    std::vector<double> variances(count);
    VectorXf sums;
    for (std::size_t j = 0; j < count; ++j) {
      const auto row = x.row(first + j);
      sums_(parts_, row, sums);
      const VectorXf likeness =
          interaction_kernel(parameters_, sums.head(alpha_.size()), sums.tail(alpha_.size()));
      prediction.mean[first + j] += scale_ * static_cast<double>(likeness.dot(alpha_));
      kernel.col(static_cast<Index>(j)) = likeness.head(known).cast<double>();
      float own = 0.0F;
      for (Index p = 0; p < parts_.parts(); ++p) own += weights[p] * parts_.own_likeness(p, row);
      variances[j] = static_cast<double>(interaction_kernel(parameters_, VectorXf::Constant(1, own),
                                                            VectorXf::Zero(1))[0]) +
                     parameters_.at(InteractionParameters::kNoise);
    }
    deviation_factor_.triangularView<Eigen::Lower>().solveInPlace(kernel);
    for (std::size_t j = 0; j < count; ++j) {
      const double variance = variances[j] - kernel.col(static_cast<Index>(j)).squaredNorm();
      prediction.standard_deviation[first + j] = scale_ * std::sqrt(std::max(variance, 0.0));
    }
  }

  InteractionOptions options_;
  Columns columns_;
  double mean_ = 0.0;
  double scale_ = 1.0;
  bool constant_ = true;  // or never fitted
  InteractionParameters parameters_;
  Matrix rows_;  // the training rows
  ColumnParts parts_;
  PartSums sums_;
  VectorXf alpha_;
  MatrixXd factor_;            // of all training rows; empty after restore()
  MatrixXd deviation_factor_;  // its lower triangle
};

}  // namespace

std::vector<OptionSpec> interaction_process_options() {
  return {{.name = "fit_rows",
           .fallback = std::int64_t{250},
           .min = 10,
           .max = 5000,
           .help = "rows that weights, decays, amplitudes and noise are fitted to"},
          {.name = "deviation_rows",
           .fallback = std::int64_t{128},
           .min = 10,
           .max = 5000,
           .help = "first rows that the standard deviation knows of"},
          {.name = "iterations",
           .fallback = std::int64_t{40},
           .min = 1,
           .max = 1000,
           .help = "steps of the fit"}};
}

std::unique_ptr<Predictor> make_interaction_process(const OptionValues& options, Columns columns) {
  return std::make_unique<InteractionProcess>(
      InteractionOptions{
          .fit_rows = static_cast<std::size_t>(options.integer("fit_rows")),
          .deviation_rows = static_cast<std::size_t>(options.integer("deviation_rows")),
          .iterations = static_cast<int>(options.integer("iterations"))},
      std::move(columns));
}

}  // namespace quarry::predictors
