// A straight line through few rows of which some are stragglers: y = constant + sum of coefficient
// * feature, ridge penalty by leave-one-out error, Student-t weights (iteratively reweighted least
// squares). What machines do adds up, so a line of what there is to do needs ten rows where curves
// need a hundred.
#pragma once

#include <span>

#include "predictors/column.hpp"
#include "predictors/matrix.hpp"
#include "predictors/model_state.hpp"

namespace quarry::predictors {

class RobustLine {
 public:
  // Levels are 0/1 features, all 0 where absent; numbers are divided by their mean size.
  // `free_column` is penalised a tenth as much as the others. Errors count as shares of y where all
  // y are positive.
  RobustLine(const Columns& columns, std::size_t free_column, const Matrix& x,
             std::span<const double> y);

  double predict(std::span<const double> row) const;
  // What nine of ten left-out rows are off by is 1.645 times this: a share of y, or y's unit.
  double deviation() const { return deviation_; }
  bool in_shares() const { return in_shares_; }
  // Mean absolute error of left-out rows, in the same unit; stragglers count as four times the
  // median error.
  double left_out_error() const { return left_out_error_; }

  void save(ModelState& state) const;
  // Throws std::invalid_argument where the state has no line of these columns.
  static RobustLine restored(const ModelState& state, const Columns& columns);

 private:
  RobustLine() = default;

  Columns columns_;
  std::vector<double> scales_;        // per column
  std::vector<double> coefficients_;  // the constant first, then feature by feature
  double deviation_ = 0.0;
  double left_out_error_ = 0.0;
  bool in_shares_ = false;
};

// The same of errors that are known, at least one.
double capped_mean(std::span<const double> absolute_errors);
double ninety_percent_deviation(std::span<const double> absolute_errors);

}  // namespace quarry::predictors
