// The kernel is computed here, by counting levels that agree, and handed to libsvm ready.
// Tested by tests/predictors/support_vectors_test.cpp.
#include "predictors/support_vectors.hpp"

#include <libsvm/svm.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <stdexcept>

#include "predictors/one_hot.hpp"
#include "predictors/row_choice.hpp"
#include "predictors/standardised.hpp"
#include "predictors/target_scale.hpp"
#include "predictors/training_rows.hpp"

namespace quarry::predictors {
namespace {

constexpr const char* kSupportVectors = "svr";
constexpr std::size_t kFolds = 3;
constexpr double kGammas[] = {1.0, 3.0};  // times 1 / features
constexpr double kCosts[] = {1.0, 10.0, 100.0};

// In units of the targets' deviation.
struct Solution {
  std::vector<double> weights;  // one per row, most of them 0
  double offset = 0.0;
};

double square(std::span<const double> row, const Columns& columns) {
  double sum = 0.0;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (columns[c].kind == ColumnKind::kNumber) {
      sum += row[c] * row[c];
    } else if (row[c] >= 0.0) {
      sum += 1.0;
    }
  }
  return sum;
}

// distances: squared, row after row; `which` rows of them are solved for.
Solution solve(const std::vector<double>& distances, std::size_t rows,
               const std::vector<std::size_t>& which, const std::vector<double>& y,
               const std::vector<double>& noise_variances, double gamma, double cost) {
  const std::size_t n = which.size();
  // libsvm's own form of a ready kernel: node 0 is the row's number, node j its kernel with row j.
  std::vector<svm_node> nodes(n * (n + 2));
  std::vector<svm_node*> starts(n);
  std::vector<double> targets(n);
  for (std::size_t i = 0; i < n; ++i) {
    svm_node* row = nodes.data() + i * (n + 2);
    starts[i] = row;
    targets[i] = y[which[i]];
    row[0] = {0, static_cast<double>(i + 1)};
    for (std::size_t j = 0; j < n; ++j)
      row[j + 1] = {static_cast<int>(j + 1),
                    std::exp(-gamma * distances[which[i] * rows + which[j]])};
    row[i + 1].value += noise_variances[which[i]];
    row[n + 1] = {-1, 0.0};
  }
  const svm_problem problem{static_cast<int>(n), targets.data(), starts.data()};
  svm_parameter parameter{};
  parameter.svm_type = EPSILON_SVR;
  parameter.kernel_type = PRECOMPUTED;
  parameter.cache_size = 16;
  parameter.eps = 1e-2;  // of the optimality conditions
  parameter.C = cost;
  parameter.p = 0.0;
  parameter.shrinking = 1;
  const std::unique_ptr<svm_model, void (*)(svm_model*)> model(
      svm_train(&problem, &parameter), [](svm_model* old) { svm_free_and_destroy_model(&old); });
  Solution solution{std::vector<double>(n, 0.0), -model->rho[0]};
  for (int s = 0; s < model->l; ++s)
    solution.weights[static_cast<std::size_t>(model->sv_indices[s] - 1)] = model->sv_coef[0][s];
  return solution;
}

class SupportVectors final : public Predictor {
 public:
  SupportVectors(std::size_t fit_rows, Columns columns)
      : fit_rows_(fit_rows), columns_(std::move(columns)) {
    svm_set_print_string_function([](const char*) {});
  }

  void fit(const Matrix& x, std::span<const double> y, std::span<const double> noise) override {
    require_training_rows(columns_, x, y, noise);
    const Rows rows = take(x, y, noise);
    if (scale_.constant()) return;
    choose(rows);
    condition(rows);
  }

  void update(const Matrix& x, std::span<const double> y, std::span<const double> noise) override {
    if (scale_.constant()) return fit(x, y, noise);
    require_training_rows(columns_, x, y, noise);
    const Rows rows = take(x, y, noise);
    if (!scale_.constant()) condition(rows);
  }

  Prediction predict(const Matrix& x) const override {
    Prediction prediction;
    prediction.mean.assign(x.rows, scale_.mean);
    prediction.standard_deviation.assign(x.rows, scale_.constant() ? 0.0 : standard_deviation_);
    if (scale_.constant()) return prediction;
    std::vector<double> products(vectors_.rows);
    std::vector<double> row(x.columns);
    for (std::size_t i = 0; i < x.rows; ++i) {
      std::ranges::copy(x.row(i), row.begin());
      standardised_.apply(row);
      one_hot_.products(row, products);
      const double own = square(row, columns_);
      double sum = offset_;
      for (std::size_t v = 0; v < products.size(); ++v)
        sum += weights_[v] * std::exp(-gamma_ * (own + squares_[v] - 2.0 * products[v]));
      prediction.mean[i] = scale_.unscaled(sum);
    }
    return prediction;
  }

  ModelState save() const override {
    ModelState state = state_of(kSupportVectors, columns_);
    scale_.save(state);
    if (scale_.constant()) return state;
    standardised_.save(state);
    save_rows(vectors_, state);
    state.numbers["weights"] = weights_;
    state.numbers["offset"] = {offset_};
    state.numbers["gamma"] = {gamma_};
    state.numbers["cost"] = {cost_};
    state.numbers["standard_deviation"] = {standard_deviation_};
    return state;
  }

  void restore(const ModelState& state) override {
    require_state(state, kSupportVectors, columns_);
    SupportVectors restored(fit_rows_, columns_);
    restored.scale_ = TargetScale::restored(state);
    if (!restored.scale_.constant()) {
      restored.standardised_ = Standardised::restored(state, columns_.size());
      restored.take_vectors(saved_rows(state, columns_.size()));
      restored.weights_ = saved_numbers(state, "weights", restored.vectors_.rows);
      restored.offset_ = saved_number(state, "offset");
      restored.gamma_ = saved_number(state, "gamma");
      restored.cost_ = saved_number(state, "cost");
      if (!(restored.gamma_ > 0.0 && restored.cost_ > 0.0))
        throw std::invalid_argument("the stored state of 'svr' has a gamma or cost of 0 or less");
      restored.standard_deviation_ = saved_deviation(state);
    }
    *this = std::move(restored);
  }

 private:
  struct Rows {
    Matrix x;  // standardised
    std::vector<double> y;
    std::vector<double> noise_variances;
  };

  Rows take(const Matrix& x, std::span<const double> y, std::span<const double> noise) {
    scale_ = TargetScale::of(y);
    if (scale_.constant()) return {};
    standardised_ = Standardised(columns_, x);
    Rows rows{standardised_.applied(x), scale_.scaled(y), std::vector<double>(y.size(), 0.0)};
    for (std::size_t i = 0; i < noise.size(); ++i)
      rows.noise_variances[i] = std::pow(noise[i] / scale_.deviation, 2);
    return rows;
  }

  std::vector<double> squared_distances(const Matrix& x) const {
    const OneHotRows one_hot(columns_, x);
    std::vector<double> distances(x.rows * x.rows);
    std::vector<double> squares(x.rows);
    for (std::size_t i = 0; i < x.rows; ++i) squares[i] = square(x.row(i), columns_);
    for (std::size_t i = 0; i < x.rows; ++i) {
      const std::span<double> row(distances.data() + i * x.rows, x.rows);
      one_hot.products(x.row(i), row);
      for (std::size_t j = 0; j < x.rows; ++j)
        row[j] = std::max(squares[i] + squares[j] - 2.0 * row[j], 0.0);
    }
    return distances;
  }

  double features() const {
    double count = 0.0;
    for (const Column& column : columns_)
      count += column.kind == ColumnKind::kNumber ? 1.0 : static_cast<double>(column.levels);
    return std::max(count, 1.0);
  }

  // Gamma, C and the error that they have.
  void choose(const Rows& all) {
    gamma_ = kGammas[0] / features();
    cost_ = kCosts[1];
    standard_deviation_ = scale_.deviation;
    if (all.x.rows < 2 * kFolds) return;
    const std::vector<std::size_t> which = rows_to_fit(all.x.rows, fit_rows_);
    Rows rows{some_rows(all.x, which), {}, {}};
    for (const std::size_t i : which) {
      rows.y.push_back(all.y[i]);
      rows.noise_variances.push_back(all.noise_variances[i]);
    }
    const std::vector<double> distances = squared_distances(rows.x);
    double least = std::numeric_limits<double>::infinity();
    for (const double gamma : kGammas) {
      for (const double cost : kCosts) {
        const double error = held_out_error(rows, distances, gamma / features(), cost);
        if (!(error < least)) continue;
        least = error;
        gamma_ = gamma / features();
        cost_ = cost;
      }
    }
    standard_deviation_ = scale_.deviation * std::sqrt(least);
  }

  static double held_out_error(const Rows& rows, const std::vector<double>& distances, double gamma,
                               double cost) {
    const std::size_t n = rows.y.size();
    double error = 0.0;
    for (std::size_t fold = 0; fold < kFolds; ++fold) {
      std::vector<std::size_t> kept;
      for (std::size_t i = 0; i < n; ++i) {
        if (i % kFolds != fold) kept.push_back(i);
      }
      const Solution solution =
          solve(distances, n, kept, rows.y, rows.noise_variances, gamma, cost);
      for (std::size_t i = fold; i < n; i += kFolds) {
        double guess = solution.offset;
        for (std::size_t k = 0; k < kept.size(); ++k)
          guess += solution.weights[k] * std::exp(-gamma * distances[i * n + kept[k]]);
        // A noisy row says little about how good a guess is.
        error +=
            (guess - rows.y[i]) * (guess - rows.y[i]) / (1.0 + 100.0 * rows.noise_variances[i]);
      }
    }
    return error / static_cast<double>(n);
  }

  void condition(const Rows& rows) {
    std::vector<std::size_t> all(rows.x.rows);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    const Solution solution = solve(squared_distances(rows.x), rows.x.rows, all, rows.y,
                                    rows.noise_variances, gamma_, cost_);
    std::vector<std::size_t> support;
    weights_.clear();
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (solution.weights[i] == 0.0) continue;
      support.push_back(i);
      weights_.push_back(solution.weights[i]);
    }
    offset_ = solution.offset;
    take_vectors(some_rows(rows.x, support));
  }

  void take_vectors(Matrix vectors) {
    vectors_ = std::move(vectors);
    one_hot_ = OneHotRows(columns_, vectors_);
    squares_.clear();
    for (std::size_t i = 0; i < vectors_.rows; ++i)
      squares_.push_back(square(vectors_.row(i), columns_));
  }

  std::size_t fit_rows_;
  Columns columns_;
  TargetScale scale_;  // constant as well before the first fit
  Standardised standardised_;
  double gamma_ = 1.0;
  double cost_ = 1.0;
  Matrix vectors_;  // standardised
  OneHotRows one_hot_;
  std::vector<double> squares_;
  std::vector<double> weights_;
  double offset_ = 0.0;
  double standard_deviation_ = 0.0;
};

}  // namespace

std::vector<OptionSpec> support_vectors_options() {
  return {{.name = "fit_rows",
           .fallback = std::int64_t{250},
           .min = 10,
           .max = 5000,
           .help = "rows that gamma and C are chosen on"}};
}

std::unique_ptr<Predictor> make_support_vectors(const OptionValues& options, Columns columns) {
  return std::make_unique<SupportVectors>(static_cast<std::size_t>(options.integer("fit_rows")),
                                          std::move(columns));
}

}  // namespace quarry::predictors
