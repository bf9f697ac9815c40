// Tested by tests/evaluators/predictor_quality_test.cpp.
#include "evaluators/predictor_quality.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>

#include "predictors/cross_validation.hpp"

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

std::optional<double> mape(std::span<const double> predicted, std::span<const double> measured) {
  double total = 0.0;
  for (std::size_t i = 0; i < measured.size(); ++i) {
    if (measured[i] == 0.0) return std::nullopt;
    total += std::abs((predicted[i] - measured[i]) / measured[i]);
  }
  return total / static_cast<double>(measured.size());
}

std::optional<double> r_squared(std::span<const double> predicted,
                                std::span<const double> measured) {
  const double mean =
      std::accumulate(measured.begin(), measured.end(), 0.0) / static_cast<double>(measured.size());
  double residual = 0.0;
  double total = 0.0;
  for (std::size_t i = 0; i < measured.size(); ++i) {
    residual += (measured[i] - predicted[i]) * (measured[i] - predicted[i]);
    total += (measured[i] - mean) * (measured[i] - mean);
  }
  if (total <= 0.0) return std::nullopt;
  return 1.0 - residual / total;
}

// tau-b (Kendall 1945): ties on either side count for neither.
std::optional<double> kendall_tau(std::span<const double> a, std::span<const double> b) {
  double agreement = 0.0;
  double untied_a = 0.0;
  double untied_b = 0.0;
  const auto sign = [](double difference) { return (difference > 0.0) - (difference < 0.0); };
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const int in_a = sign(a[i] - a[j]);
      const int in_b = sign(b[i] - b[j]);
      agreement += in_a * in_b;
      untied_a += in_a != 0;
      untied_b += in_b != 0;
    }
  }
  if (untied_a <= 0.0 || untied_b <= 0.0) return std::nullopt;
  return agreement / std::sqrt(untied_a * untied_b);
}

// Equal values share the mean of their places.
std::vector<double> ranks_of(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t end = first + 1;
    while (end < order.size() && values[order[end]] <= values[order[first]]) ++end;
    for (std::size_t i = first; i < end; ++i)
      ranks[order[i]] = 0.5 * static_cast<double>(first + end - 1);
    first = end;
  }
  return ranks;
}

std::optional<double> spearman(std::span<const double> a, std::span<const double> b) {
  const std::vector<double> ranks_a = ranks_of(a);
  const std::vector<double> ranks_b = ranks_of(b);
  const double mean = 0.5 * static_cast<double>(a.size() - 1);
  double together = 0.0;
  double square_a = 0.0;
  double square_b = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    together += (ranks_a[i] - mean) * (ranks_b[i] - mean);
    square_a += (ranks_a[i] - mean) * (ranks_a[i] - mean);
    square_b += (ranks_b[i] - mean) * (ranks_b[i] - mean);
  }
  if (square_a <= 0.0 || square_b <= 0.0) return std::nullopt;
  return together / std::sqrt(square_a * square_b);
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
  PredictorQuality quality{.folds = folds,
                           .mape = mape(predicted, measured),
                           .rmse = predictors::root_mean_squared_error(predicted, measured),
                           .kendall_tau = kendall_tau(predicted, measured),
                           .spearman = spearman(predicted, measured),
                           .r2 = r_squared(predicted, measured),
                           .coverage = within / static_cast<double>(parity.size()),
                           .residual_quantiles = {},
                           .parity = std::move(parity)};
  const std::vector<double> ordered = sorted(std::move(residuals));
  for (const double share : kShares)
    quality.residual_quantiles.emplace_back(share, quantile(ordered, share));
  return quality;
}

}  // namespace quarry::evaluators
