// Ridge in its dual form: a degree is a kernel (x y / scale + 1)^degree, so products of features
// cost no more than the features themselves. In the eigenbasis of the centred kernel every penalty
// of the grid costs O(rows^2). Tested by tests/predictors/ridge_test.cpp against refitting without
// each row.
#include "predictors/ridge.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <optional>
#include <stdexcept>

#include "predictors/one_hot.hpp"
#include "predictors/row_choice.hpp"
#include "predictors/training_rows.hpp"

namespace quarry::predictors {
namespace {

// K - 1K - K1 + 1K1, with 1 the matrix of 1/rows: products of features less their means.
Eigen::MatrixXd centred(const Eigen::MatrixXd& kernel) {
  const Eigen::RowVectorXd means = kernel.colwise().mean();
  Eigen::MatrixXd result = kernel.rowwise() - means;
  result.colwise() -= means.transpose();
  return result.array() + means.mean();
}

class Ridge final : public Predictor {
 public:
  Ridge(int max_degree, int penalties_per_decade, std::size_t fit_rows, Columns columns)
      : columns_(std::move(columns)),
        max_degree_(max_degree),
        penalties_per_decade_(penalties_per_decade),
        fit_rows_(fit_rows) {}

  void fit(const Matrix& x, std::span<const double> y, std::span<const double> noise) override {
    require_training_rows(columns_, x, y, noise);
    rows_ = OneHotRows(columns_, x);
    constant_ = std::ranges::count(y, y.front()) == std::ssize(y);
    if (x.rows <= fit_rows_) {
      const Eigen::MatrixXd products = all_products(rows_, x);
      choose(products, Eigen::Map<const Eigen::VectorXd>(y.data(), products.rows()));
      solve(products, y, noise);
      return;
    }
    const std::vector<std::size_t> which = rows_to_fit(x.rows, fit_rows_);
    const Matrix some = some_rows(x, which);
    choose(all_products(OneHotRows(columns_, some), some), picked(y, which));
    solve(all_products(rows_, x), y, noise);
  }

  void update(const Matrix& x, std::span<const double> y, std::span<const double> noise) override {
    if (constant_) return fit(x, y, noise);
    require_training_rows(columns_, x, y, noise);
    rows_ = OneHotRows(columns_, x);
    solve(all_products(rows_, x), y, noise);
  }

  Prediction predict(const Matrix& x) const override {
    assert(x.columns == columns_.size());
    Prediction prediction;
    prediction.mean.reserve(x.rows);
    prediction.standard_deviation.assign(x.rows, standard_deviation_);
    Eigen::VectorXd products(dual_.size());
    for (std::size_t i = 0; i < x.rows; ++i) {
      rows_.products(x.row(i), as_span(products));
      prediction.mean.push_back(offset_ + kernel(products, degree_).dot(dual_));
    }
    return prediction;
  }

  ModelState save() const override {
    ModelState state = state_of("ridge", columns_);
    save_rows(rows_.matrix(), state);
    state.numbers["degree"] = {static_cast<double>(degree_)};
    state.numbers["scale"] = {scale_};
    state.numbers["dual"] = {dual_.data(), dual_.data() + dual_.size()};
    state.numbers["offset"] = {offset_};
    state.numbers["standard_deviation"] = {standard_deviation_};
    // None where no penalty was a candidate.
    state.numbers["penalty"] = penalty_ ? std::vector<double>{*penalty_} : std::vector<double>{};
    state.numbers["constant"] = {constant_ ? 1.0 : 0.0};
    return state;
  }

  void restore(const ModelState& state) override {
    require_state(state, "ridge", columns_);
    Ridge restored(max_degree_, penalties_per_decade_, fit_rows_, columns_);
    const Matrix x = saved_rows(state, columns_.size());
    restored.rows_ = OneHotRows(columns_, x);
    restored.degree_ = static_cast<int>(saved_count(state, "degree", 1, 2));
    restored.scale_ = saved_number(state, "scale");
    if (!(restored.scale_ > 0.0))
      throw std::invalid_argument("the stored state of 'ridge' has a scale that is not positive");
    const std::vector<double>& dual = saved_numbers(state, "dual", x.rows);
    restored.dual_ = Eigen::Map<const Eigen::VectorXd>(dual.data(), std::ssize(dual));
    restored.offset_ = saved_number(state, "offset");
    restored.standard_deviation_ = saved_deviation(state);
    if (!saved_numbers(state, "penalty").empty())
      restored.penalty_ = saved_number(state, "penalty");
    restored.constant_ = saved_count(state, "constant", 0, 1) == 1;
    *this = std::move(restored);
  }

 private:
  template <typename Vector>
  static std::span<double> as_span(Vector&& vector) {
    return {vector.data(), static_cast<std::size_t>(vector.size())};
  }

  static Eigen::VectorXd picked(std::span<const double> y, const std::vector<std::size_t>& which) {
    Eigen::VectorXd some(static_cast<Eigen::Index>(which.size()));
    for (std::size_t i = 0; i < which.size(); ++i) some[static_cast<Eigen::Index>(i)] = y[which[i]];
    return some;
  }

  static Eigen::MatrixXd all_products(const OneHotRows& rows, const Matrix& x) {
    Eigen::MatrixXd products(static_cast<Eigen::Index>(x.rows), static_cast<Eigen::Index>(x.rows));
    for (std::size_t i = 0; i < x.rows; ++i)
      rows.products(x.row(i), as_span(products.col(static_cast<Eigen::Index>(i))));
    return products;
  }

  template <typename Products>
  Products kernel(const Products& products, int degree) const {
    if (degree == 1) return products / scale_;
    return (products.array() / scale_ + 1.0).square().matrix();
  }

  // Degree and penalty, by leave-one-out error; no penalty where none is a candidate.
  void choose(const Eigen::MatrixXd& products, const Eigen::VectorXd& y) {
    scale_ = std::max(products.diagonal().mean(), 1e-12);
    const Eigen::VectorXd residual = y.array() - y.mean();
    double best_error = std::numeric_limits<double>::infinity();
    degree_ = 1;
    penalty_.reset();
    for (int degree = 1; degree <= max_degree_; ++degree)
      try_degree(degree, products, residual, best_error);
    standard_deviation_ = penalty_ ? std::sqrt(best_error) : 0.0;
  }

  // Keeps the degree's best penalty if it beats what is kept.
  void try_degree(int degree, const Eigen::MatrixXd& products, const Eigen::VectorXd& residual,
                  double& best_error) {
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(centred(kernel(products, degree)));
    const Eigen::VectorXd values = solver.eigenvalues().cwiseMax(0.0);
    const double largest = std::max(values.maxCoeff(), 1e-12);
    const Eigen::VectorXd projected = solver.eigenvectors().transpose() * residual;
    for (int step = 0; step <= 8 * penalties_per_decade_; ++step) {
      const double penalty =
          largest * std::pow(10.0, -6.0 + static_cast<double>(step) / penalties_per_decade_);
      const Eigen::ArrayXd shrink = values.array() / (values.array() + penalty);
      const double error = leave_one_out_error(solver.eigenvectors(), shrink, projected, residual);
      // Strictly smaller: among equals the weaker penalty and the lower degree win, whatever the
      // rounding of a flat grid.
      if (!(error < best_error * (1.0 - 1e-12))) continue;
      best_error = error;
      degree_ = degree;
      penalty_ = penalty;
    }
  }

  // The weights of all rows under the chosen degree and penalty.
  void solve(const Eigen::MatrixXd& products, std::span<const double> y,
             std::span<const double> noise) {
    const Eigen::Map<const Eigen::VectorXd> targets(y.data(), products.rows());
    const double intercept = targets.mean();
    dual_ = Eigen::VectorXd::Zero(targets.size());
    offset_ = intercept;
    if (!penalty_) return;
    const Eigen::MatrixXd all = kernel(products, degree_);
    if (!noise.empty()) return solve_weighted(all, targets, noise_weights(y, noise));
    Eigen::MatrixXd penalised = centred(all);
    penalised.diagonal().array() += *penalty_;
    dual_ = penalised.llt().solve(Eigen::VectorXd(targets.array() - intercept));
    dual_.array() -= dual_.mean();
    // dual_ sums to zero, so centring the kernel of new rows reduces to its columns' means.
    offset_ -= all.colwise().mean() * dual_;
  }

  // (K + penalty / weight) a + 1 b = y with a summing to zero: a row's penalty grows with its
  // noise.
  void solve_weighted(Eigen::MatrixXd all, const Eigen::VectorXd& targets,
                      const std::vector<double>& weights) {
    for (Eigen::Index i = 0; i < targets.size(); ++i)
      all(i, i) += *penalty_ / weights[static_cast<std::size_t>(i)];
    const Eigen::LLT<Eigen::MatrixXd> cholesky(all);
    const Eigen::VectorXd of_ones = cholesky.solve(Eigen::VectorXd::Ones(targets.size()));
    const Eigen::VectorXd of_targets = cholesky.solve(targets);
    offset_ = of_targets.sum() / of_ones.sum();
    dual_ = of_targets - offset_ * of_ones;
  }

  // Mean of (residual_i / (1 - hat_ii))^2, hat including the intercept's 1/rows.
  static double leave_one_out_error(const Eigen::MatrixXd& basis, const Eigen::ArrayXd& shrink,
                                    const Eigen::VectorXd& projected,
                                    const Eigen::VectorXd& residual) {
    const Eigen::VectorXd fitted = basis * (shrink * projected.array()).matrix();
    const Eigen::ArrayXd leverage = (basis.array().square().matrix() * shrink.matrix()).array() +
                                    1.0 / static_cast<double>(residual.size());
    const Eigen::ArrayXd kept = 1.0 - leverage;
    // A row that only itself explains cannot be left out; such a penalty is not a candidate.
    if (kept.minCoeff() < 1e-9) return std::numeric_limits<double>::infinity();
    return ((residual - fitted).array() / kept).square().mean();
  }

  Columns columns_;
  int max_degree_;
  int penalties_per_decade_;
  std::size_t fit_rows_;
  int degree_ = 1;
  std::optional<double> penalty_;
  double scale_ = 1.0;
  bool constant_ = true;  // so were the targets of the last fit, or there was none: nothing to keep
  OneHotRows rows_;       // the training features
  Eigen::VectorXd dual_;
  double offset_ = 0.0;
  double standard_deviation_ = 0.0;
};

}  // namespace

std::vector<OptionSpec> ridge_options() {
  return {{.name = "max_degree",
           .fallback = std::int64_t{2},
           .min = 1,
           .max = 2,
           .help = "2 also tries products of two features, and keeps what predicts better"},
          {.name = "penalties_per_decade",
           .fallback = std::int64_t{4},
           .min = 1,
           .max = 50,
           .help = "how finely the penalty grid (eight decades) is tried"},
          {.name = "fit_rows",
           .fallback = std::int64_t{250},
           .min = 10,
           .max = 5000,
           .help = "rows that degree and penalty are chosen on"}};
}

std::unique_ptr<Predictor> make_ridge(const OptionValues& options, Columns columns) {
  return std::make_unique<Ridge>(static_cast<int>(options.integer("max_degree")),
                                 static_cast<int>(options.integer("penalties_per_decade")),
                                 static_cast<std::size_t>(options.integer("fit_rows")),
                                 std::move(columns));
}

}  // namespace quarry::predictors
