#include "tests/bench/predictors/reference.hpp"

#include <Eigen/Dense>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace quarry::bench {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using predictors::Columns;
using predictors::Matrix;

class ReferenceKrr final : public predictors::Predictor {
 public:
  explicit ReferenceKrr(Columns columns) : columns_(std::move(columns)) {}

  void fit(const Matrix& x, std::span<const double> y, std::span<const double>) override {
    largest_.assign(columns_.size(), 1e-300);
    for (std::size_t i = 0; i < x.rows; ++i) {
      for (std::size_t c = 0; c < x.columns; ++c)
        largest_[c] = std::max(largest_[c], std::abs(x.row(i)[c]));
    }
    rows_ = features(x);
    const VectorXd targets = Eigen::Map<const VectorXd>(y.data(), std::ssize(y));
    mean_ = targets.mean();
    scale_ = std::max(std::sqrt((targets.array() - mean_).square().mean()), 1e-300);
    const VectorXd scaled = (targets.array() - mean_) / scale_;
    const MatrixXd kernel = kernel_to_rows(rows_);
    double least = std::numeric_limits<double>::infinity();
    double chosen = 1.0;
    for (const double penalty : {1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0}) {
      const double error = five_fold_error(kernel, scaled, penalty);
      if (error < least) chosen = penalty;
      least = std::min(least, error);
    }
    weights_ = solve(kernel, scaled, chosen);
  }

  predictors::Prediction predict(const Matrix& x) const override {
    const VectorXd guessed = (scale_ * (kernel_to_rows(features(x)) * weights_)).array() + mean_;
    return {.mean = {guessed.data(), guessed.data() + guessed.size()},
            .standard_deviation = std::vector<double>(x.rows, 0.0)};
  }

  predictors::ModelState save() const override { throw std::logic_error("never stored"); }
  void restore(const predictors::ModelState&) override { throw std::logic_error("never stored"); }

 private:
  MatrixXd features(const Matrix& x) const {
    Index width = 0;
    for (const predictors::Column& column : columns_)
      width += std::max<Index>(static_cast<Index>(column.levels), 1);
    MatrixXd one_hot = MatrixXd::Zero(static_cast<Index>(x.rows), width);
    for (Index i = 0; i < one_hot.rows(); ++i) {
      Index at = 0;
      for (std::size_t c = 0; c < columns_.size(); ++c) {
        const double value = x.row(static_cast<std::size_t>(i))[c];
        if (columns_[c].levels == 0) {
          one_hot(i, at++) = value / largest_[c];
          continue;
        }
        if (value >= 0.0) one_hot(i, at + static_cast<Index>(value)) = 1.0;
        at += static_cast<Index>(columns_[c].levels);
      }
    }
    return one_hot;
  }

  MatrixXd kernel_to_rows(const MatrixXd& x) const {
    MatrixXd distance = -2.0 * x * rows_.transpose();
    distance.colwise() += x.rowwise().squaredNorm();
    distance.rowwise() += rows_.rowwise().squaredNorm().transpose();
    return (-distance.array() / static_cast<double>(rows_.cols())).exp();
  }

  static VectorXd solve(MatrixXd kernel, const VectorXd& y, double penalty) {
    kernel.diagonal().array() += penalty;
    return kernel.llt().solve(y);
  }

  static double five_fold_error(const MatrixXd& kernel, const VectorXd& y, double penalty) {
    double error = 0.0;
    for (Index fold = 0; fold < 5; ++fold) {
      std::vector<Index> in;
      std::vector<Index> out;
      for (Index i = 0; i < y.size(); ++i) (i % 5 == fold ? out : in).push_back(i);
      const VectorXd weights = solve(kernel(in, in), y(in), penalty);
      error += (kernel(out, in) * weights - y(out)).squaredNorm();
    }
    return error;
  }

  Columns columns_;
  std::vector<double> largest_;
  MatrixXd rows_;
  VectorXd weights_;
  double mean_ = 0.0;
  double scale_ = 1.0;
};

}  // namespace

predictors::PredictorEntry reference_krr() {
  return {
      .name = "reference_krr",
      .summary = "Kernel ridge regression as the reference does it",
      .options = {},
      .make = [](const OptionValues&, Columns columns) -> std::unique_ptr<predictors::Predictor> {
        return std::make_unique<ReferenceKrr>(std::move(columns));
      }};
}

}  // namespace quarry::bench
