// Tested by tests/predictors/transfer_test.cpp.
#include "predictors/transfer.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <functional>
#include <optional>
#include <stdexcept>

#include "predictors/monotone_calibration.hpp"
#include "predictors/robust_line.hpp"
#include "predictors/training_rows.hpp"

namespace quarry::predictors {
namespace {

constexpr std::size_t kFewestForLine = 5;  // anchors

class Transfer final : public Predictor {
 public:
  Transfer(std::unique_ptr<Predictor> source, TransferColumns columns)
      : source_(std::move(source)), columns_(std::move(columns)) {
    assert(columns_.source <= columns_.all.size() && columns_.line <= columns_.all.size());
    line_columns_.assign(columns_.all.end() - static_cast<std::ptrdiff_t>(columns_.line),
                         columns_.all.end());
    line_columns_.push_back({.kind = ColumnKind::kNumber, .levels = 0});
  }

  void fit(const Matrix& x, std::span<const double> y, std::span<const double> noise) override {
    require_training_rows(columns_.all, x, y, noise);
    const std::vector<double> source = source_->predict(source_part(x)).mean;
    calibration_ = MonotoneCalibration(source, y);
    in_shares_ = std::ranges::min(y) > 0.0;
    line_.reset();
    deviation_ = 0.0;
    if (x.rows < 2) return;
    const std::vector<double> errors = left_out_errors(source, y);
    deviation_ = ninety_percent_deviation(errors);
    if (x.rows < kFewestForLine) return;
    RobustLine line(line_columns_, columns_.line, line_part(x, source), y);
    if (line.left_out_error() < capped_mean(errors)) line_ = std::move(line);
  }

  Prediction predict(const Matrix& x) const override {
    const std::vector<double> source = source_->predict(source_part(x)).mean;
    const Matrix rows = line_part(x, source);
    const double deviation = line_ ? line_->deviation() : deviation_;
    Prediction prediction;
    for (std::size_t i = 0; i < x.rows; ++i) {
      prediction.mean.push_back(line_ ? line_->predict(rows.row(i)) : calibration_(source[i]));
      prediction.standard_deviation.push_back(
          in_shares_ ? deviation * std::abs(prediction.mean.back()) : deviation);
    }
    return prediction;
  }

  ModelState save() const override {
    ModelState state = state_of("transfer", columns_.all);
    state.numbers["knots_x"] = {calibration_.knots_x().begin(), calibration_.knots_x().end()};
    state.numbers["knots_y"] = {calibration_.knots_y().begin(), calibration_.knots_y().end()};
    state.numbers["in_shares"] = {in_shares_ ? 1.0 : 0.0};
    state.numbers["deviation"] = {deviation_};
    if (line_) line_->save(state);
    state.parts.push_back(source_->save());
    return state;
  }

  void restore(const ModelState& state) override {
    require_state(state, "transfer", columns_.all);
    if (state.parts.size() != 1)
      throw std::invalid_argument("the stored state of 'transfer' has no source");
    const std::vector<double>& knots_x = saved_numbers(state, "knots_x");
    const std::vector<double>& knots_y = saved_numbers(state, "knots_y", knots_x.size());
    if (knots_x.empty() || !rises(knots_x) || !rises(knots_y))
      throw std::invalid_argument("the stored state of 'transfer' has knots that do not rise");
    const bool in_shares = saved_count(state, "in_shares", 0, 1) == 1;
    const double deviation = saved_number(state, "deviation");
    std::optional<RobustLine> line;
    if (state.numbers.contains("line_coefficients"))
      line = RobustLine::restored(state, line_columns_);
    source_->restore(state.parts[0]);
    calibration_ = MonotoneCalibration::through(knots_x, knots_y);
    in_shares_ = in_shares;
    deviation_ = deviation;
    line_ = std::move(line);
  }

 private:
  static bool rises(const std::vector<double>& values) {
    return std::ranges::adjacent_find(values, std::greater_equal<>()) == values.end();
  }

  Matrix source_part(const Matrix& x) const {
    Matrix part(x.rows, columns_.source);
    for (std::size_t i = 0; i < x.rows; ++i)
      std::ranges::copy(x.row(i).first(columns_.source), part.row(i).begin());
    return part;
  }

  // The source's prediction is one more column.
  Matrix line_part(const Matrix& x, std::span<const double> source) const {
    Matrix part(x.rows, columns_.line + 1);
    for (std::size_t i = 0; i < x.rows; ++i) {
      std::ranges::copy(x.row(i).last(columns_.line), part.row(i).begin());
      part.row(i).back() = source[i];
    }
    return part;
  }

  // What a curve through all other anchors misses each by; one through all touches many of them.
  std::vector<double> left_out_errors(std::span<const double> source,
                                      std::span<const double> y) const {
    std::vector<double> errors;
    for (std::size_t i = 0; i < source.size(); ++i) {
      std::vector<double> others(source.begin(), source.end());
      std::vector<double> other_y(y.begin(), y.end());
      others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
      other_y.erase(other_y.begin() + static_cast<std::ptrdiff_t>(i));
      const double error = std::abs(y[i] - MonotoneCalibration(others, other_y)(source[i]));
      errors.push_back(in_shares_ ? error / y[i] : error);
    }
    return errors;
  }

  std::unique_ptr<Predictor> source_;
  TransferColumns columns_;
  Columns line_columns_;
  MonotoneCalibration calibration_;
  std::optional<RobustLine> line_;  // nothing: the curve guesses better
  bool in_shares_ = false;
  double deviation_ = 0.0;  // the curve's
};

}  // namespace

std::unique_ptr<Predictor> make_transfer(std::unique_ptr<Predictor> source,
                                         TransferColumns columns) {
  return std::make_unique<Transfer>(std::move(source), std::move(columns));
}

std::unique_ptr<Predictor> restored_transfer(const ModelState& state, TransferColumns columns) {
  require_state(state, "transfer", columns.all);
  if (state.parts.size() != 1)
    throw std::invalid_argument("the stored state of 'transfer' has no source");
  const PredictorEntry* entry = find_predictor(state.parts[0].kind);
  if (entry == nullptr)
    throw std::invalid_argument("there is no predictor '" + state.parts[0].kind + "'");
  const Columns read(columns.all.begin(),
                     columns.all.begin() + static_cast<std::ptrdiff_t>(columns.source));
  auto transfer =
      make_transfer(entry->make(OptionValues::defaults(entry->options), read), std::move(columns));
  transfer->restore(state);
  return transfer;
}

}  // namespace quarry::predictors
