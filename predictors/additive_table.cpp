// Tested by tests/predictors/additive_table_test.cpp.
#include "predictors/additive_table.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <stdexcept>

#include "predictors/standardised.hpp"
#include "predictors/target_scale.hpp"
#include "predictors/training_rows.hpp"

namespace quarry::predictors {
namespace {

constexpr const char* kAdditiveTable = "additive_table";
constexpr std::size_t kFolds = 5;
constexpr double kPenalties[] = {0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0};
constexpr double kUsualPenalty = 3.0;

class AdditiveTable final : public Predictor {
 public:
  AdditiveTable(int sweeps, Columns columns) : sweeps_(sweeps), columns_(std::move(columns)) {
    starts_.push_back(0);
    for (const Column& column : columns_) {
      // The last entry is for an absent level.
      const bool number = column.kind == ColumnKind::kNumber;
      starts_.push_back(starts_.back() + (number ? 1 : column.levels + 1));
    }
  }

  void fit(const Matrix& x, std::span<const double> y, std::span<const double> noise) override {
    require_training_rows(columns_, x, y, noise);
    scale_ = TargetScale::of(y);
    standardised_ = Standardised(columns_, x);
    table_.assign(starts_.back(), 0.0);
    intercept_ = 0.0;
    standard_deviation_ = scale_.deviation;
    penalty_.reset();
    if (scale_.constant()) return;
    const Rows rows = encoded(x, scale_.scaled(y), noise_weights(y, noise));
    penalty_ = best_penalty(rows);
    backfit(rows, *penalty_, kNoFold, table_, intercept_);
  }

  // Keeps the penalty and its error.
  void update(const Matrix& x, std::span<const double> y, std::span<const double> noise) override {
    if (!penalty_) return fit(x, y, noise);
    require_training_rows(columns_, x, y, noise);
    scale_ = TargetScale::of(y);
    standardised_ = Standardised(columns_, x);
    table_.assign(starts_.back(), 0.0);
    intercept_ = 0.0;
    if (scale_.constant()) return;
    backfit(encoded(x, scale_.scaled(y), noise_weights(y, noise)), *penalty_, kNoFold, table_,
            intercept_);
  }

  Prediction predict(const Matrix& x) const override {
    Prediction prediction;
    prediction.mean.assign(x.rows, scale_.mean);
    prediction.standard_deviation.assign(x.rows, standard_deviation_);
    std::vector<double> row(x.columns);
    for (std::size_t i = 0; i < x.rows && !table_.empty(); ++i) {
      std::ranges::copy(x.row(i), row.begin());
      standardised_.apply(row);
      double sum = intercept_;
      for (std::size_t c = 0; c < row.size(); ++c) {
        const Cell cell = cell_of(c, row[c]);
        sum += cell.value * table_[cell.at];
      }
      prediction.mean[i] = scale_.unscaled(sum);
    }
    return prediction;
  }

  ModelState save() const override {
    ModelState state = state_of(kAdditiveTable, columns_);
    scale_.save(state);
    standardised_.save(state);
    state.numbers["table"] = table_;
    state.numbers["intercept"] = {intercept_};
    state.numbers["penalty"] = penalty_ ? std::vector<double>{*penalty_} : std::vector<double>{};
    state.numbers["standard_deviation"] = {standard_deviation_};
    return state;
  }

  void restore(const ModelState& state) override {
    require_state(state, kAdditiveTable, columns_);
    AdditiveTable restored(sweeps_, columns_);
    restored.scale_ = TargetScale::restored(state);
    restored.standardised_ = Standardised::restored(state, columns_.size());
    restored.table_ = saved_numbers(state, "table", starts_.back());
    restored.intercept_ = saved_number(state, "intercept");
    if (!saved_numbers(state, "penalty").empty()) {
      restored.penalty_ = saved_number(state, "penalty");
      if (!(*restored.penalty_ > 0.0))
        throw std::invalid_argument("the stored state of 'additive_table' has a penalty of 0");
    }
    restored.standard_deviation_ = saved_deviation(state);
    *this = std::move(restored);
  }

 private:
  static constexpr std::size_t kNoFold = kFolds;

  // An entry of the table and how often a row takes it.
  struct Cell {
    std::size_t at = 0;
    double value = 1.0;
  };
  struct Rows {
    std::vector<Cell> cells;  // column after column
    std::vector<double> y;
    std::vector<double> weights;
  };

  Cell cell_of(std::size_t column, double value) const {
    if (columns_[column].kind == ColumnKind::kNumber) return {starts_[column], value};
    const std::size_t levels = columns_[column].levels;
    const bool known = value >= 0.0 && value < static_cast<double>(levels);
    return {starts_[column] + (known ? static_cast<std::size_t>(value) : levels), 1.0};
  }

  Rows encoded(const Matrix& x, std::vector<double> y, std::vector<double> weights) const {
    Rows rows{{}, std::move(y), std::move(weights)};
    rows.cells.reserve(x.rows * x.columns);
    const Matrix scaled = standardised_.applied(x);
    for (std::size_t c = 0; c < x.columns; ++c) {
      for (std::size_t i = 0; i < x.rows; ++i) rows.cells.push_back(cell_of(c, scaled.row(i)[c]));
    }
    return rows;
  }

  // Column by column: each entry becomes what its rows leave unexplained, shrunk by the penalty;
  // rows of the fold count for nothing.
  void backfit(const Rows& rows, double penalty, std::size_t left_out, std::vector<double>& table,
               double& intercept) const {
    const std::size_t n = rows.y.size();
    std::vector<double> weights = rows.weights;
    for (std::size_t i = left_out; i < n && left_out != kNoFold; i += kFolds) weights[i] = 0.0;
    double total = 0.0;
    for (const double weight : weights) total += weight;
    std::vector<double> residual = rows.y;
    std::vector<double> sums(table.size());
    std::vector<double> squares(table.size());
    for (int sweep = 0; sweep < sweeps_; ++sweep) {
      double mean = 0.0;
      for (std::size_t i = 0; i < n; ++i) mean += weights[i] * residual[i] / total;
      intercept += mean;
      for (double& value : residual) value -= mean;
      double moved = 0.0;
      for (std::size_t c = 0; c < columns_.size(); ++c) {
        const Cell* cells = rows.cells.data() + c * n;
        const std::size_t first = starts_[c];
        const std::size_t last = starts_[c + 1];
        std::fill(sums.begin() + static_cast<std::ptrdiff_t>(first),
                  sums.begin() + static_cast<std::ptrdiff_t>(last), 0.0);
        std::fill(squares.begin() + static_cast<std::ptrdiff_t>(first),
                  squares.begin() + static_cast<std::ptrdiff_t>(last), 0.0);
        for (std::size_t i = 0; i < n; ++i) {
          const double weighted = weights[i] * cells[i].value;
          sums[cells[i].at] += weighted * residual[i];
          squares[cells[i].at] += weighted * cells[i].value;
        }
        for (std::size_t k = first; k < last; ++k) {
          // The entry's own share is in the residual's absence: put back, then shrunk.
          const double next = (sums[k] + squares[k] * table[k]) / (squares[k] + penalty);
          sums[k] = next - table[k];
          table[k] = next;
          moved = std::max(moved, std::abs(sums[k]));
        }
        for (std::size_t i = 0; i < n; ++i) residual[i] -= cells[i].value * sums[cells[i].at];
      }
      if (moved < 1e-4) break;
    }
  }

  double best_penalty(const Rows& rows) {
    const std::size_t n = rows.y.size();
    if (n < 2 * kFolds) return kUsualPenalty;
    double least = std::numeric_limits<double>::infinity();
    double best = kUsualPenalty;
    for (const double penalty : kPenalties) {
      double error = 0.0;
      double total = 0.0;
      for (std::size_t fold = 0; fold < kFolds; ++fold) {
        std::vector<double> table(starts_.back(), 0.0);
        double intercept = 0.0;
        backfit(rows, penalty, fold, table, intercept);
        for (std::size_t i = fold; i < n; i += kFolds) {
          double guess = intercept;
          for (std::size_t c = 0; c < columns_.size(); ++c) {
            const Cell& cell = rows.cells[c * n + i];
            guess += cell.value * table[cell.at];
          }
          error += rows.weights[i] * (guess - rows.y[i]) * (guess - rows.y[i]);
          total += rows.weights[i];
        }
      }
      if (!(error / total < least)) continue;
      least = error / total;
      best = penalty;
    }
    standard_deviation_ = scale_.deviation * std::sqrt(least);
    return best;
  }

  int sweeps_;
  Columns columns_;
  std::vector<std::size_t> starts_;  // of every column's entries, and where the last ends
  TargetScale scale_;
  Standardised standardised_;
  std::vector<double> table_;
  double intercept_ = 0.0;
  std::optional<double> penalty_;  // of the last fit, if it had something to learn
  double standard_deviation_ = 0.0;
};

}  // namespace

std::vector<OptionSpec> additive_table_options() {
  return {{.name = "sweeps",
           .fallback = std::int64_t{30},
           .min = 1,
           .max = 1000,
           .help = "over all columns, at most"}};
}

std::unique_ptr<Predictor> make_additive_table(const OptionValues& options, Columns columns) {
  return std::make_unique<AdditiveTable>(static_cast<int>(options.integer("sweeps")),
                                         std::move(columns));
}

}  // namespace quarry::predictors
