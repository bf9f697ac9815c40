#include "predictors/stacking.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "predictors/cross_validation.hpp"

namespace quarry::predictors {
namespace {

// A line in one number plus a step in another.
struct Rows {
  Matrix x;
  std::vector<double> y;
};

Rows line_and_step(std::size_t count, std::size_t first) {
  Rows rows{Matrix(count, 2), {}};
  for (std::size_t i = 0; i < count; ++i) {
    rows.x.row(i)[0] = static_cast<double>((first + i) * 17 % 100) / 10;
    rows.x.row(i)[1] = static_cast<double>((first + i) * 29 % 100) / 10;
    rows.y.push_back(rows.x.row(i)[0] + (rows.x.row(i)[1] < 5 ? 0.0 : 6.0));
  }
  return rows;
}

TEST_CASE("a stack of four is hardly worse than the best of them") {
  const Rows train = line_and_step(70, 0);
  const Rows test = line_and_step(30, 70);
  const auto error_of = [&](const std::string& name) {
    const PredictorEntry* entry = find_predictor(name);
    const auto model = entry->make(OptionValues::defaults(entry->options), Columns(2));
    model->fit(train.x, train.y);
    return root_mean_squared_error(model->predict(test.x).mean, test.y);
  };
  double best = error_of("ridge");
  for (const char* name : {"svr", "interaction_process", "boosted_trees"})
    best = std::min(best, error_of(name));
  CHECK(error_of("stacking") < 1.1 * best);
}

TEST_CASE("nine tenths of new rows are about within 1.645 deviations of a stack") {
  const Rows train = line_and_step(70, 0);
  const Rows test = line_and_step(30, 70);
  const auto model = make_stacking(OptionValues::defaults(stacking_options()), Columns(2));
  model->fit(train.x, train.y);
  const Prediction guess = model->predict(test.x);
  int covered = 0;
  for (std::size_t i = 0; i < 30; ++i)
    covered += std::abs(guess.mean[i] - test.y[i]) <= 1.645 * guess.standard_deviation[i] ? 1 : 0;
  CHECK(covered >= 24);
}

}  // namespace
}  // namespace quarry::predictors
