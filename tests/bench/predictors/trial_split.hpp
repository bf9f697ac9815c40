// One random split of a data set, a model fitted to its first part, and how well it predicts the
// second.
#pragma once

#include <cstddef>
#include <vector>

#include "predictors/predictor.hpp"
#include "tests/bench/predictors/data_sets.hpp"

namespace quarry::bench {

struct Rows {
  predictors::Matrix x;
  std::vector<double> y;
};

struct Split {
  Rows train;
  Rows test;
};

// The split of that number: `train` random rows, and at most 500 of the others. The same for every
// model, and nested: fewer training rows are the first of more.
Split random_split(const DataSet& data, std::size_t train, std::size_t number);

struct Score {
  double mape_percent = 0.0;
  double kendall_tau = 0.0;
  double coverage = 0.0;  // share of the test rows inside the predicted 90 % interval
  double fit_seconds = 0.0;

  Score& operator+=(const Score& other);
};
Score operator/(Score score, double count);

Score score_of(const predictors::Prediction& prediction, const std::vector<double>& y);

// Fitted with the entry's default options; `auto` by MAPE.
Score score_on(const predictors::PredictorEntry& entry, const predictors::Columns& columns,
               const Split& split);

}  // namespace quarry::bench
