// The curve that never falls and fits points best: isotonic regression by pooling adjacent
// violators (Ayer et al. 1955, Annals of Mathematical Statistics 26), straight between the pools'
// centres and beyond them.
#pragma once

#include <span>
#include <vector>

namespace quarry::predictors {

class MonotoneCalibration {
 public:
  MonotoneCalibration() = default;
  // At least one point.
  MonotoneCalibration(std::span<const double> x, std::span<const double> y);
  // Through these knots: x strictly rising, y too.
  static MonotoneCalibration through(std::vector<double> x, std::vector<double> y);

  // Beyond the outer knots it goes on with the slope from the first knot to the last: the slope of
  // the last piece would hang on a point or two. A single knot gives its y everywhere.
  double operator()(double x) const;

  std::span<const double> knots_x() const { return x_; }
  std::span<const double> knots_y() const { return y_; }

 private:
  std::vector<double> x_ = {0.0};
  std::vector<double> y_ = {0.0};
};

}  // namespace quarry::predictors
