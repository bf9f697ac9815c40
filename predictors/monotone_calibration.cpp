// Tested by tests/predictors/transfer_test.cpp.
#include "predictors/monotone_calibration.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace quarry::predictors {

MonotoneCalibration::MonotoneCalibration(std::span<const double> x, std::span<const double> y) {
  assert(!x.empty() && x.size() == y.size());
  struct Pool {
    double x = 0.0;  // sums
    double y = 0.0;
    double count = 0.0;
    double last_x = 0.0;
    double mean() const { return y / count; }
  };
  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return x[i]; });
  std::vector<Pool> pools;
  for (const std::size_t i : order) {
    pools.push_back({.x = x[i], .y = y[i], .count = 1.0, .last_x = x[i]});
    // Equal x belong together; equal y too, so that the curve rises from knot to knot.
    while (pools.size() > 1) {
      Pool& before = pools[pools.size() - 2];
      const Pool& last = pools.back();
      if (before.mean() < last.mean() && before.last_x < x[i]) break;
      before = {before.x + last.x, before.y + last.y, before.count + last.count, last.last_x};
      pools.pop_back();
    }
  }
  x_.clear();
  y_.clear();
  for (const Pool& pool : pools) {
    x_.push_back(pool.x / pool.count);
    y_.push_back(pool.mean());
  }
}

MonotoneCalibration MonotoneCalibration::through(std::vector<double> x, std::vector<double> y) {
  assert(!x.empty() && x.size() == y.size());
  MonotoneCalibration calibration;
  calibration.x_ = std::move(x);
  calibration.y_ = std::move(y);
  return calibration;
}

double MonotoneCalibration::operator()(double x) const {
  const std::size_t last = x_.size() - 1;
  if (last == 0) return y_.front();
  const double slope = (y_[last] - y_[0]) / (x_[last] - x_[0]);
  if (x <= x_.front()) return y_.front() + slope * (x - x_.front());
  if (x >= x_.back()) return y_.back() + slope * (x - x_.back());
  const auto right = static_cast<std::size_t>(std::ranges::upper_bound(x_, x) - x_.begin());
  const double share = (x - x_[right - 1]) / (x_[right] - x_[right - 1]);
  return y_[right - 1] + share * (y_[right] - y_[right - 1]);
}

}  // namespace quarry::predictors
