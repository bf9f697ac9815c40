// Tested by tests/predictors/robust_kernel_test.cpp.
#include "predictors/robust_kernel.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "predictors/row_choice.hpp"
#include "predictors/statistics.hpp"
#include "predictors/training_rows.hpp"

namespace quarry::predictors {
namespace {

using Eigen::ArrayXd;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kLogarithmFrom = 1.2;  // of largest over smallest y
constexpr double kFreedom = 2.0;        // of the Student-t distribution
constexpr int kChoices = 2;
constexpr int kReweightings = 4;   // after each
constexpr double kConstant = 0.1;  // the kernel's variance of the mean
// Widths of the kernel over the mean distance, noise variances over the function's.
constexpr std::array<double, 3> kWidths = {0.6, 1.6, 4.0};
constexpr std::array<double, 5> kNoises = {0.001, 0.003, 0.01, 0.03, 0.1};

double quantile_of(const ArrayXd& values, double share) {
  return nearest_quantile(std::vector<double>(values.data(), values.data() + values.size()), share);
}

// Levels as one-hot features, all 0 where absent; everything centred, numbers of deviation 1.
class Features {
 public:
  Features() = default;
  Features(const Columns& columns, const Matrix& x) : columns_(columns) {
    const MatrixXd raw = expanded(x);
    means_ = raw.colwise().mean();
    const Eigen::RowVectorXd variances = (raw.rowwise() - means_).array().square().colwise().mean();
    scales_ = Eigen::RowVectorXd::Ones(raw.cols());
    Index at = 0;
    for (const Column& column : columns_) {
      if (column.kind == ColumnKind::kNumber && variances[at] > 0.0)
        scales_[at] = 1.0 / std::sqrt(variances[at]);
      at += width(column);
    }
    total_variance_ = std::max((variances.array() * scales_.array().square()).sum(), 1e-12);
  }

  MatrixXd of(const Matrix& x) const {
    return (expanded(x).rowwise() - means_).array().rowwise() * scales_.array();
  }
  double total_variance() const { return total_variance_; }

 private:
  static Index width(const Column& column) {
    return column.kind == ColumnKind::kNumber ? 1 : static_cast<Index>(column.levels);
  }

  MatrixXd expanded(const Matrix& x) const {
    Index features = 0;
    for (const Column& column : columns_) features += width(column);
    MatrixXd all = MatrixXd::Zero(static_cast<Index>(x.rows), features);
    for (Index i = 0; i < all.rows(); ++i) {
      Index at = 0;
      for (std::size_t c = 0; c < columns_.size(); ++c) {
        const double value = x.row(static_cast<std::size_t>(i))[c];
        if (columns_[c].kind == ColumnKind::kNumber) {
          all(i, at) = value;
        } else if (value >= 0.0 && value < static_cast<double>(columns_[c].levels)) {
          all(i, at + static_cast<Index>(value)) = 1.0;
        }
        at += width(columns_[c]);
      }
    }
    return all;
  }

  Columns columns_;
  Eigen::RowVectorXd means_;
  Eigen::RowVectorXd scales_;
  double total_variance_ = 1.0;
};

// Both parts are 1 between average rows.
struct Kernel {
  double total_variance = 1.0;  // of the features
  double width = 1.0;

  MatrixXd operator()(const MatrixXd& a, const MatrixXd& b) const {
    MatrixXd products = a * b.transpose();
    MatrixXd distances = -2.0 * products;
    distances.colwise() += a.rowwise().squaredNorm();
    distances.rowwise() += b.rowwise().squaredNorm().transpose();
    return (-distances.array().max(0.0) / (2.0 * total_variance * width)).exp() +
           products.array() / total_variance + kConstant;
  }
  VectorXd own(const MatrixXd& a) const {
    return a.rowwise().squaredNorm().array() / total_variance + 1.0 + kConstant;
  }
};

class RobustKernel final : public Predictor {
 public:
  RobustKernel(std::size_t fit_rows, Columns columns)
      : fit_rows_(fit_rows), columns_(std::move(columns)) {}

  void fit(const Matrix& x, std::span<const double> y, std::span<const double> noise) override {
    const VectorXd known = take_rows(x, y, noise);
    if (constant_) return;
    choose_and_reweigh(known);
    condition();
  }

  // Keeps width and noise.
  void update(const Matrix& x, std::span<const double> y, std::span<const double> noise) override {
    if (constant_) return fit(x, y, noise);
    const VectorXd known = take_rows(x, y, noise);
    if (constant_) return;
    reweighed(known);
    condition();
  }

  Prediction predict(const Matrix& x) const override {
    Prediction prediction;
    prediction.mean.assign(x.rows, logarithm_ ? std::exp(mean_) : mean_);
    prediction.standard_deviation.assign(x.rows, 0.0);
    if (constant_) return prediction;
    // Row by row: products of blocks round otherwise than those of a row alone.
    for (std::size_t i = 0; i < x.rows; ++i) predict_row(x, i, prediction);
    return prediction;
  }

  ModelState save() const override {
    ModelState state = state_of("robust_kernel", columns_);
    state.numbers["mean"] = {mean_};
    state.numbers["scale"] = {scale_};
    state.numbers["logarithm"] = {logarithm_ ? 1.0 : 0.0};
    if (constant_) return state;
    save_rows(rows_, state);
    state.numbers["targets"] = {targets_.data(), targets_.data() + targets_.size()};
    state.numbers["variances"] = {variances_.data(), variances_.data() + variances_.size()};
    state.numbers["width"] = {kernel_.width};
    state.numbers["noise"] = {noise_};
    return state;
  }

  void restore(const ModelState& state) override {
    require_state(state, "robust_kernel", columns_);
    RobustKernel restored(fit_rows_, columns_);
    restored.mean_ = saved_number(state, "mean");
    restored.scale_ = saved_number(state, "scale");
    restored.logarithm_ = saved_count(state, "logarithm", 0, 1) == 1;
    restored.constant_ = !state.numbers.contains("rows");
    if (!restored.constant_) restored.restore_rows(state);
    *this = std::move(restored);
  }

 private:
  // Returns the variance of every row that is known to be noise, in units of the targets'.
  VectorXd take_rows(const Matrix& x, std::span<const double> y, std::span<const double> noise) {
    require_training_rows(columns_, x, y, noise);
    const auto [least, most] = std::ranges::minmax(y);
    logarithm_ = least > 0.0 && most > kLogarithmFrom * least;
    VectorXd targets(std::ssize(y));
    VectorXd known = VectorXd::Zero(std::ssize(y));
    for (std::size_t i = 0; i < y.size(); ++i) {
      const auto at = static_cast<Index>(i);
      targets[at] = logarithm_ ? std::log(y[i]) : y[i];
      if (!noise.empty()) known[at] = std::pow(logarithm_ ? noise[i] / y[i] : noise[i], 2);
    }
    mean_ = targets.mean();
    scale_ = std::sqrt((targets.array() - mean_).square().mean());
    rows_ = x;
    constant_ = !(scale_ > 1e-12 * std::max(std::abs(mean_), 1e-12));
    if (constant_) return known;
    targets_ = (targets.array() - mean_) / scale_;
    features_ = Features(columns_, x);
    points_ = features_.of(x);
    kernel_.total_variance = features_.total_variance();
    return known / (scale_ * scale_);
  }

  void restore_rows(const ModelState& state) {
    rows_ = saved_rows(state, columns_.size());
    if (rows_.rows == 0)
      throw std::invalid_argument("the stored state of 'robust_kernel' has no rows");
    const auto vector = [&](const char* name) {
      const std::vector<double>& numbers = saved_numbers(state, name, rows_.rows);
      return VectorXd(Eigen::Map<const VectorXd>(numbers.data(), std::ssize(numbers)));
    };
    targets_ = vector("targets");
    variances_ = vector("variances");
    kernel_.width = saved_number(state, "width");
    noise_ = saved_number(state, "noise");
    if (!(noise_ > 0.0) || !(kernel_.width > 0.0) || !(variances_.minCoeff() > 0.0))
      throw std::invalid_argument("the stored state of 'robust_kernel' has no positive variances");
    features_ = Features(columns_, rows_);
    points_ = features_.of(rows_);
    kernel_.total_variance = features_.total_variance();
    condition();
  }

  // Stragglers spoil the guesses of their neighbours too, so width and noise are chosen once more
  // when it is known which rows they are.
  void choose_and_reweigh(const VectorXd& known) {
    VectorXd growth = VectorXd::Ones(targets_.size());
    for (int round = 0; round < kChoices; ++round) {
      choose(growth);
      growth = reweighed(known);
    }
  }

  // Width and noise with the smallest mean absolute leave-one-out error, stragglers hardly counted.
  void choose(const VectorXd& all_growth) {
    const std::vector<std::size_t> which = rows_to_fit(rows_.rows, fit_rows_);
    const std::vector<Index> some(which.begin(), which.end());
    const MatrixXd points = points_(some, Eigen::all);
    const ArrayXd growth = all_growth(some);
    const ArrayXd shrink = growth.rsqrt();  // makes the noise of all rows the same
    const VectorXd targets = shrink * targets_(some).array();
    double least = std::numeric_limits<double>::infinity();
    for (const double width : kWidths) {
      const Kernel kernel{kernel_.total_variance, width};
      const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(
          shrink.matrix().asDiagonal() * kernel(points, points) * shrink.matrix().asDiagonal());
      const MatrixXd& basis = solver.eigenvectors();
      const VectorXd projected = basis.transpose() * targets;
      for (const double noise : kNoises) {
        const ArrayXd inverse = 1.0 / (solver.eigenvalues().array().max(0.0) + noise);
        const ArrayXd alpha = (basis * (inverse * projected.array()).matrix()).array();
        const ArrayXd diagonal = (basis.array().square().matrix() * inverse.matrix()).array();
        const double error = (alpha / diagonal).abs().mean();
        if (!(error < least * (1.0 - 1e-9))) continue;
        least = error;
        kernel_.width = width;
        noise_ = noise;
      }
    }
  }

  // Rows that the others do not explain get a larger noise variance; how many times as large.
  VectorXd reweighed(const VectorXd& known) {
    variances_ = known.array() + noise_;
    const MatrixXd kernel = kernel_(points_, points_);
    for (int round = 0; round < kReweightings; ++round) {
      MatrixXd noisy = kernel;
      noisy.diagonal() += variances_;
      const Eigen::LLT<MatrixXd> cholesky(noisy);
      const ArrayXd diagonal = inverse_diagonal(cholesky);
      const ArrayXd residual = cholesky.solve(targets_).array() / diagonal;
      const double usual = std::max(1.4826 * quantile_of(residual.abs(), 0.5), 1e-9);
      const ArrayXd growth = (kFreedom + (residual / usual).square()) / (kFreedom + 1.0);
      variances_ = known.array() + noise_ * growth;
    }
    return variances_ / noise_;
  }

  static ArrayXd inverse_diagonal(const Eigen::LLT<MatrixXd>& cholesky) {
    MatrixXd inverse = MatrixXd::Identity(cholesky.rows(), cholesky.cols());
    cholesky.matrixL().solveInPlace(inverse);
    return inverse.colwise().squaredNorm().array();
  }

  void condition() {
    MatrixXd noisy = kernel_(points_, points_);
    noisy.diagonal() += variances_;
    const Eigen::LLT<MatrixXd> cholesky(noisy);
    alpha_ = cholesky.solve(targets_);
    factor_ = cholesky.matrixL();
    const ArrayXd diagonal = inverse_diagonal(cholesky);
    // Of a left-out row as any other: with the usual noise, not with the one that it was given.
    const ArrayXd variance = (1.0 / diagonal - variances_.array()).max(0.0) + noise_;
    const ArrayXd standardised = (alpha_.array() / diagonal).abs() / variance.sqrt();
    widening_ = quantile_of(standardised, 0.9) / kNinetyPercent;
  }

  void predict_row(const Matrix& x, std::size_t i, Prediction& prediction) const {
    Matrix row(1, x.columns);
    std::ranges::copy(x.row(i), row.values.begin());
    const MatrixXd point = features_.of(row);
    VectorXd kernel = kernel_(points_, point);
    const double target = mean_ + scale_ * kernel.dot(alpha_);
    const double own = kernel_.own(point)[0];
    factor_.triangularView<Eigen::Lower>().solveInPlace(kernel);
    const double variance = std::max(own - kernel.squaredNorm(), 0.0) + noise_;
    const double deviation = scale_ * widening_ * std::sqrt(variance);
    prediction.mean[i] = logarithm_ ? std::exp(target) : target;
    prediction.standard_deviation[i] = logarithm_ ? std::exp(target) * deviation : deviation;
  }

  std::size_t fit_rows_;
  Columns columns_;
  bool constant_ = true;
  bool logarithm_ = false;
  double mean_ = 0.0;
  double scale_ = 1.0;
  double noise_ = 0.01;
  double widening_ = 1.0;
  Matrix rows_;
  Features features_;
  MatrixXd points_;
  Kernel kernel_;
  VectorXd targets_;
  VectorXd variances_;
  VectorXd alpha_;
  MatrixXd factor_;
};

}  // namespace

std::vector<OptionSpec> robust_kernel_options() {
  return {{.name = "fit_rows",
           .fallback = std::int64_t{300},
           .min = 10,
           .max = 5000,
           .help = "rows that width and noise are chosen on"}};
}

std::unique_ptr<Predictor> make_robust_kernel(const OptionValues& options, Columns columns) {
  return std::make_unique<RobustKernel>(static_cast<std::size_t>(options.integer("fit_rows")),
                                        std::move(columns));
}

}  // namespace quarry::predictors
