#include "tests/bench/predictors/trial_split.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <span>

#include "predictors/quality.hpp"
#include "search/core/rng.hpp"

namespace quarry::bench {
namespace {

constexpr std::size_t kMostTestRows = 500;

Rows rows_of(const DataSet& data, std::span<const std::size_t> which) {
  Rows rows{.x = predictors::Matrix(which.size(), data.x.columns), .y = {}};
  for (std::size_t i = 0; i < which.size(); ++i) {
    std::ranges::copy(data.x.row(which[i]), rows.x.row(i).begin());
    rows.y.push_back(data.y[which[i]]);
  }
  return rows;
}

}  // namespace

Split random_split(const DataSet& data, std::size_t train, std::size_t number) {
  std::vector<std::size_t> order(data.x.rows);
  std::iota(order.begin(), order.end(), std::size_t{0});
  search::Rng rng = search::Rng(1).fork("split", number);
  rng.shuffle(std::span(order));
  train = std::min(train, order.size() - 1);
  const std::size_t tested = std::min(kMostTestRows, order.size() - train);
  return {.train = rows_of(data, std::span(order).first(train)),
          .test = rows_of(data, std::span(order).last(tested))};
}

Score& Score::operator+=(const Score& other) {
  mape_percent += other.mape_percent;
  kendall_tau += other.kendall_tau;
  coverage += other.coverage;
  fit_seconds += other.fit_seconds;
  return *this;
}

Score operator/(Score score, double count) {
  score.mape_percent /= count;
  score.kendall_tau /= count;
  score.coverage /= count;
  score.fit_seconds /= count;
  return score;
}

Score score_of(const predictors::Prediction& prediction, const std::vector<double>& y) {
  const predictors::Quality quality =
      predictors::quality_of(prediction.mean, prediction.standard_deviation, y);
  return {.mape_percent = quality.mape_percent.value_or(0.0),
          .kendall_tau = quality.kendall_tau_b.value_or(0.0),
          .coverage = quality.coverage_90.value_or(0.0)};
}

Score score_on(const predictors::PredictorEntry& entry, const predictors::Columns& columns,
               const Split& split) {
  using Clock = std::chrono::steady_clock;
  OptionValues options = OptionValues::defaults(entry.options);
  // What is reported here is what `auto` should make small.
  if (entry.name == "auto") options.set("metric", std::string("mape"));
  const auto model = entry.make(options, columns);
  const Clock::time_point begin = Clock::now();
  model->fit(split.train.x, split.train.y);
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  Score score = score_of(model->predict(split.test.x), split.test.y);
  score.fit_seconds = seconds;
  return score;
}

}  // namespace quarry::bench
