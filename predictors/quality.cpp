// Tested by tests/predictors/quality_test.cpp, Kendall's tau against counting all pairs.
#include "predictors/quality.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <vector>

#include "predictors/cross_validation.hpp"
#include "predictors/statistics.hpp"

namespace quarry::predictors {
namespace {

// Standard normal: this share of it lies within so many deviations.

std::vector<std::size_t> sorted_by(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return values[i]; });
  return order;
}

// Pairs of equal neighbours in a sorted sequence, all of a run with each other.
template <typename Equal>
std::int64_t tied_pairs(std::size_t count, Equal equal) {
  std::int64_t pairs = 0;
  std::int64_t run = 0;
  for (std::size_t i = 1; i < count; ++i) {
    run = equal(i - 1, i) ? run + 1 : 0;
    pairs += run;
  }
  return pairs;
}

// Sorts, and counts how many pairs stood the wrong way round.
std::int64_t inversions(std::span<double> values, std::vector<double>& merged) {
  if (values.size() < 2) return 0;
  const std::size_t middle = values.size() / 2;
  const std::span<double> left = values.first(middle);
  const std::span<double> right = values.subspan(middle);
  std::int64_t count = inversions(left, merged) + inversions(right, merged);
  merged.clear();
  std::size_t l = 0;
  for (const double value : right) {
    for (; l < left.size() && left[l] <= value; ++l) merged.push_back(left[l]);
    count += static_cast<std::int64_t>(left.size() - l);
    merged.push_back(value);
  }
  merged.insert(merged.end(), left.begin() + static_cast<std::ptrdiff_t>(l), left.end());
  std::ranges::copy(merged, values.begin());
  return count;
}

std::vector<double> ranks(std::span<const double> values) {
  const std::vector<std::size_t> order = sorted_by(values);
  std::vector<double> rank(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last + 1 < order.size() && values[order[last + 1]] == values[order[first]]) ++last;
    for (std::size_t i = first; i <= last; ++i)
      rank[order[i]] = 0.5 * static_cast<double>(first + last);
    first = last + 1;
  }
  return rank;
}

double mean_of(std::span<const double> values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

}  // namespace

std::optional<double> kendall_tau_b(std::span<const double> a, std::span<const double> b) {
  assert(a.size() == b.size());
  const std::size_t n = a.size();
  std::vector<std::size_t> order = sorted_by(b);
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return a[i]; });
  const auto same_a = [&](std::size_t i, std::size_t j) { return a[order[i]] == a[order[j]]; };
  const auto same_b = [&](std::size_t i, std::size_t j) { return b[order[i]] == b[order[j]]; };
  const std::int64_t tied_a = tied_pairs(n, same_a);
  const std::int64_t tied_both =
      tied_pairs(n, [&](std::size_t i, std::size_t j) { return same_a(i, j) && same_b(i, j); });
  std::vector<double> by_a;
  for (const std::size_t i : order) by_a.push_back(b[i]);
  std::vector<double> scratch;
  const std::int64_t discordant = inversions(by_a, scratch);
  const std::int64_t tied_b =
      tied_pairs(n, [&](std::size_t i, std::size_t j) { return by_a[i] == by_a[j]; });
  const auto pairs = static_cast<std::int64_t>(n) * (static_cast<std::int64_t>(n) - 1) / 2;
  if (pairs == tied_a || pairs == tied_b) return std::nullopt;
  const std::int64_t agreement = pairs - tied_a - tied_b + tied_both - 2 * discordant;
  return static_cast<double>(agreement) /
         std::sqrt(static_cast<double>(pairs - tied_a) * static_cast<double>(pairs - tied_b));
}

std::optional<double> spearman(std::span<const double> a, std::span<const double> b) {
  assert(a.size() == b.size() && !a.empty());
  const std::vector<double> first = ranks(a);
  const std::vector<double> second = ranks(b);
  const double mean = 0.5 * (static_cast<double>(a.size()) - 1.0);
  double both = 0.0;
  double square_first = 0.0;
  double square_second = 0.0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    both += (first[i] - mean) * (second[i] - mean);
    square_first += (first[i] - mean) * (first[i] - mean);
    square_second += (second[i] - mean) * (second[i] - mean);
  }
  if (!(square_first > 0.0 && square_second > 0.0)) return std::nullopt;
  return both / std::sqrt(square_first * square_second);
}

std::optional<double> mean_absolute_percentage_error(std::span<const double> predicted,
                                                     std::span<const double> y) {
  double sum = 0.0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (!(std::abs(y[i]) > 0.0)) return std::nullopt;
    sum += std::abs((predicted[i] - y[i]) / y[i]);
  }
  return 100.0 * sum / static_cast<double>(y.size());
}

Quality quality_of(std::span<const double> predicted, std::span<const double> standard_deviation,
                   std::span<const double> y) {
  assert(!y.empty() && predicted.size() == y.size());
  Quality quality;
  quality.rows = y.size();
  quality.rmse = root_mean_squared_error(predicted, y);
  quality.mape_percent = mean_absolute_percentage_error(predicted, y);
  quality.kendall_tau_b = kendall_tau_b(predicted, y);
  quality.spearman = spearman(predicted, y);
  const double mean = mean_of(y);
  double spread = 0.0;
  for (const double value : y) spread += (value - mean) * (value - mean);
  if (spread > 0.0)
    quality.r2 = 1.0 - quality.rmse * quality.rmse * static_cast<double>(y.size()) / spread;
  if (standard_deviation.empty()) return quality;
  std::size_t covered = 0;
  for (std::size_t i = 0; i < y.size(); ++i)
    covered += std::abs(predicted[i] - y[i]) <= kNinetyPercent * standard_deviation[i] ? 1U : 0U;
  quality.coverage_90 = static_cast<double>(covered) / static_cast<double>(y.size());
  return quality;
}

}  // namespace quarry::predictors
