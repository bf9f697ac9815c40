// Tested by tests/evaluators/predictor_quality_test.cpp.
#include "evaluators/predictor_quality.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "predictors/cross_validation.hpp"
#include "predictors/quality.hpp"

namespace quarry::evaluators {
namespace {

constexpr double kShares[] = {0.05, 0.25, 0.5, 0.75, 0.95};

std::vector<double> sorted(std::vector<double> values) {
  std::ranges::sort(values);
  return values;
}

// Between the two nearest of sorted values, linearly (Hyndman and Fan 1996, definition 7).
double quantile(const std::vector<double>& values, double share) {
  const double place = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
}

}  // namespace

double IntervalScale::apply(double deviation) const { return scale * std::max(deviation, least); }

IntervalScale interval_scale(const predictors::Prediction& predicted,
                             std::span<const double> measured) {
  assert(!measured.empty() && predicted.mean.size() == measured.size());
  IntervalScale calibration;
  // A deviation of next to nothing must not turn a small residual into a huge factor for all.
  constexpr double kLeastShare = 0.01;
  calibration.least = kLeastShare * predictors::root_mean_squared_error(predicted.mean, measured);
  if (calibration.least <= 0.0) return calibration;  // every guess was right
  std::vector<double> distances;
  for (std::size_t i = 0; i < measured.size(); ++i)
    distances.push_back(std::abs(measured[i] - predicted.mean[i]) /
                        std::max(predicted.standard_deviation[i], calibration.least));
  std::ranges::sort(distances);
  const auto rows = static_cast<double>(distances.size());
  const auto wanted = static_cast<std::size_t>(std::ceil(kIntervalLevel * (rows + 1.0)));
  calibration.scale = distances[std::min(wanted, distances.size()) - 1] / kIntervalReach;
  return calibration;
}

PredictorQuality quality_of(std::vector<ParityRow> parity, std::size_t folds) {
  assert(!parity.empty());
  std::vector<double> predicted;
  std::vector<double> measured;
  std::vector<double> residuals;
  double within = 0.0;
  for (const ParityRow& row : parity) {
    predicted.push_back(row.predicted);
    measured.push_back(row.measured);
    residuals.push_back(row.measured - row.predicted);
    within += std::abs(residuals.back()) <= kIntervalReach * row.standard_deviation;
  }
  const predictors::Quality figures = predictors::quality_of(predicted, {}, measured);
  PredictorQuality quality{.folds = folds,
                           .mape = figures.mape_percent,
                           .rmse = figures.rmse,
                           .kendall_tau = figures.kendall_tau_b,
                           .spearman = figures.spearman,
                           .r2 = figures.r2,
                           .coverage = within / static_cast<double>(parity.size()),
                           .residual_quantiles = {},
                           .parity = std::move(parity)};
  if (quality.mape) *quality.mape /= 100.0;  // shares everywhere, as accuracy is one
  const std::vector<double> ordered = sorted(std::move(residuals));
  for (const double share : kShares)
    quality.residual_quantiles.emplace_back(share, quantile(ordered, share));
  return quality;
}

}  // namespace quarry::evaluators
