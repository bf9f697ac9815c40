// How good a predictor is on networks that it was not fitted to, and how far its intervals must
// reach so that they hold what they promise.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "predictors/predictor.hpp"
#include "predictors/statistics.hpp"
#include "search/core/genome.hpp"

namespace quarry::evaluators {

// Of the intervals that are shown, and how many standard deviations of a normal distribution they
// reach to either side.
inline constexpr double kIntervalLevel = 0.9;
inline constexpr double kIntervalReach = predictors::kNinetyPercent;

// A model's own deviation is often wrong by a factor; the one that is shown is
// scale * max(deviation, least).
struct IntervalScale {
  double scale = 1.0;
  double least = 0.0;
  double apply(double deviation) const;
  bool operator==(const IntervalScale&) const = default;
};

// So that the share kIntervalLevel of these rows, one more of the same kind counted in, lies within
// its interval (split conformal prediction: Lei et al. 2018, JASA 113, section 2.2, with residuals
// in units of the deviation). Expects predictions of rows that the model did not see.
IntervalScale interval_scale(const predictors::Prediction& predicted,
                             std::span<const double> measured);

struct ParityRow {
  search::Genome genome;
  double measured = 0.0;
  double predicted = 0.0;
  double standard_deviation = 0.0;  // calibrated without this row's fold
  bool operator==(const ParityRow&) const = default;
};

struct PredictorQuality {
  std::size_t folds = 0;       // 0: rows that it was given, instead of cross-validation
  std::optional<double> mape;  // mean absolute error as a share of the value; no value may be 0
  double rmse = 0.0;
  std::optional<double> kendall_tau;  // these three: where neither side is constant
  std::optional<double> spearman;
  std::optional<double> r2;
  double coverage = 0.0;  // share of the rows within their interval of kIntervalLevel
  std::vector<std::pair<double, double>> residual_quantiles;  // share, measured - predicted
  std::vector<ParityRow> parity;
  bool operator==(const PredictorQuality&) const = default;
};

// The figures of a parity table; it is kept. Precondition: at least one row.
PredictorQuality quality_of(std::vector<ParityRow> parity, std::size_t folds);

nlohmann::json to_json(const PredictorQuality& quality);

}  // namespace quarry::evaluators
