#include "tests/bench/predictors/trial_split.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <span>

#include "search/core/rng.hpp"

namespace quarry::bench {
namespace {

constexpr std::size_t kMostTestRows = 500;
constexpr double kNinetyPercent = 1.6448536269514722;  // of a normal distribution, two-sided

Rows rows_of(const DataSet& data, std::span<const std::size_t> which) {
  Rows rows{.x = predictors::Matrix(which.size(), data.x.columns), .y = {}};
  for (std::size_t i = 0; i < which.size(); ++i) {
    std::ranges::copy(data.x.row(which[i]), rows.x.row(i).begin());
    rows.y.push_back(data.y[which[i]]);
  }
  return rows;
}

int sign(double difference) { return difference > 0.0 ? 1 : difference < 0.0 ? -1 : 0; }

// Kendall's tau-b.
double kendall_tau(std::span<const double> a, std::span<const double> b) {
  double agreeing = 0;
  double untied_a = 0;
  double untied_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const int by_a = sign(a[i] - a[j]);
      const int by_b = sign(b[i] - b[j]);
      agreeing += by_a * by_b;
      untied_a += by_a != 0 ? 1 : 0;
      untied_b += by_b != 0 ? 1 : 0;
    }
  }
  return untied_a > 0 && untied_b > 0 ? agreeing / std::sqrt(untied_a * untied_b) : 0.0;
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
  Score score;
  score.kendall_tau = kendall_tau(prediction.mean, y);
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double error = std::abs(prediction.mean[i] - y[i]);
    score.mape_percent += 100.0 * error / std::abs(y[i]);
    score.coverage += error <= kNinetyPercent * prediction.standard_deviation[i] ? 1.0 : 0.0;
  }
  score.mape_percent /= static_cast<double>(y.size());
  score.coverage /= static_cast<double>(y.size());
  return score;
}

Score score_on(const predictors::PredictorEntry& entry, const predictors::Columns& columns,
               const Split& split) {
  using Clock = std::chrono::steady_clock;
  const auto model = entry.make(OptionValues::defaults(entry.options), columns);
  const Clock::time_point begin = Clock::now();
  model->fit(split.train.x, split.train.y);
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  Score score = score_of(model->predict(split.test.x), split.test.y);
  score.fit_seconds = seconds;
  return score;
}

}  // namespace quarry::bench
