// Tested by tests/server/trial_parity_test.cpp.
#include "server/studies/trial_parity.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "predictors/quality.hpp"
#include "server/studies/gene_effects.hpp"

namespace quarry::server {
namespace {

constexpr std::size_t kParts = 40;
constexpr std::size_t kFewest = 5;  // predictions of a part

struct Pair {
  std::size_t trials;
  double predicted;
  double measured;
};

ParityError error_of(std::span<const Pair> pairs) {
  ParityError error{.trials = pairs.back().trials, .count = pairs.size()};
  std::vector<double> predicted;
  std::vector<double> measured;
  std::vector<double> residuals;
  for (const Pair& pair : pairs) {
    predicted.push_back(pair.predicted);
    measured.push_back(pair.measured);
    residuals.push_back(pair.measured - pair.predicted);
    error.mean_absolute += std::abs(residuals.back());
    error.bias += residuals.back();
  }
  error.mean_absolute /= static_cast<double>(pairs.size());
  error.bias /= static_cast<double>(pairs.size());
  std::ranges::sort(residuals);
  error.low = quantile(residuals, 0.05);
  error.high = quantile(residuals, 0.95);
  error.kendall_tau = predictors::kendall_tau_b(predicted, measured);
  return error;
}

}  // namespace

Parity parity_of(const StudyTable& table, const std::string& metric) {
  Parity parity;
  const auto measured = table.metrics.find(metric);
  const auto predicted = table.predicted.find(metric);
  if (measured == table.metrics.end() || predicted == table.predicted.end()) return parity;
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < table.finished.size(); ++i) {
    const std::uint32_t trial = table.finished[i].trial;
    const double was = measured->second.value[trial];
    // predicted may be shorter: it grows when a trial has a prediction.
    const double said = trial < predicted->second.size() ? predicted->second[trial] : kNoValue;
    if (!table.is_measured(trial) || !std::isfinite(was) || !std::isfinite(said)) continue;
    parity.trials.push_back(trial);
    pairs.push_back({i + 1, said, was});
  }
  if (pairs.empty()) return parity;
  const std::size_t latest = std::min(pairs.size(), kLatestPredictions);
  parity.all = error_of(std::span(pairs).last(latest));
  const std::size_t parts = std::clamp<std::size_t>(pairs.size() / kFewest, 1, kParts);
  for (std::size_t p = 0; p < parts; ++p) {
    const std::size_t begin = pairs.size() * p / parts;
    const std::size_t end = pairs.size() * (p + 1) / parts;
    const std::size_t most = std::min(end - begin, kLatestPredictions);
    parity.over_time.push_back(error_of(std::span(pairs).subspan(end - most, most)));
  }
  return parity;
}

}  // namespace quarry::server
