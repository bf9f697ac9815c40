// How good predictions are, in the figures that the field reports.
#pragma once

#include <optional>
#include <span>

namespace quarry::predictors {

struct Quality {
  std::size_t rows = 0;
  double rmse = 0.0;                    // in the unit of y
  std::optional<double> mape_percent;   // none where a y is 0
  std::optional<double> kendall_tau_b;  // none where all y, or all predictions, are equal
  std::optional<double> spearman;       // the same
  std::optional<double> r2;             // none where all y are equal
  std::optional<double> coverage_90;    // share of y within mean +- 1.645 deviations
  bool operator==(const Quality&) const = default;
};

// One finite prediction per y, at least one. `standard_deviation` may be empty: no coverage then.
Quality quality_of(std::span<const double> predicted, std::span<const double> standard_deviation,
                   std::span<const double> y);

// (concordant - discordant) / root of (pairs not tied in a times pairs not tied in b) (Kendall
// 1945), in O(n log n) (Knight 1966, JASA 61).
std::optional<double> kendall_tau_b(std::span<const double> a, std::span<const double> b);

// The correlation of the ranks, ties sharing their mean rank.
std::optional<double> spearman(std::span<const double> a, std::span<const double> b);

std::optional<double> mean_absolute_percentage_error(std::span<const double> predicted,
                                                     std::span<const double> y);

}  // namespace quarry::predictors
