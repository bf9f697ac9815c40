// What every predictor must do, whatever it is. A new registry entry is covered without a line
// here.
#include <catch2/catch.hpp>
#include <cmath>

#include "predictors/predictor.hpp"

namespace quarry::predictors {
namespace {

Matrix rows_of(std::size_t rows, std::uint32_t state) {
  Matrix x(rows, 6);
  for (double& value : x.values) {
    state = state * 1664525U + 1013904223U;
    value = static_cast<double>(state >> 31);
  }
  return x;
}

std::vector<double> targets(const Matrix& x) {
  std::vector<double> y;
  for (std::size_t i = 0; i < x.rows; ++i)
    y.push_back(1 + 2 * x.row(i)[0] + x.row(i)[1] - 3 * x.row(i)[2] +
                0.01 * static_cast<double>(i % 3));
  return y;
}

std::unique_ptr<Predictor> make(const PredictorEntry& entry) {
  return entry.make(OptionValues::defaults(entry.options), Columns(6));
}

TEST_CASE("every predictor beats the mean on a linear function") {
  for (const PredictorEntry& entry : predictor_registry()) {
    INFO(entry.name);
    const Matrix train = rows_of(60, 1);
    const Matrix test = rows_of(40, 2);
    const auto model = make(entry);
    model->fit(train, targets(train));
    const std::vector<double> mean = model->predict(test).mean;
    const std::vector<double> y = targets(test);
    double error = 0;
    double spread = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      error += std::pow(mean[i] - y[i], 2);
      spread += std::pow(y[i] - 1, 2);
    }
    CHECK(error < 0.5 * spread);
  }
}

TEST_CASE(
    "every predictor gives one finite mean and deviation per row, also for one row and constant "
    "targets") {
  for (const PredictorEntry& entry : predictor_registry()) {
    for (const std::size_t rows : {1U, 2U, 5U}) {
      INFO(entry.name << " on " << rows << " rows");
      const Matrix train = rows_of(rows, 3);
      const auto model = make(entry);
      model->fit(train, std::vector<double>(rows, 2.0));
      const Prediction prediction = model->predict(rows_of(4, 4));
      REQUIRE(prediction.mean.size() == 4);
      REQUIRE(prediction.standard_deviation.size() == 4);
      for (std::size_t i = 0; i < 4; ++i) {
        CHECK(prediction.mean[i] == Approx(2.0));
        CHECK(prediction.standard_deviation[i] >= 0.0);
        CHECK(std::isfinite(prediction.standard_deviation[i]));
      }
    }
  }
}

TEST_CASE("every predictor fitted twice on the same rows predicts the same to the last bit") {
  for (const PredictorEntry& entry : predictor_registry()) {
    INFO(entry.name);
    const Matrix train = rows_of(30, 5);
    const auto once = make(entry);
    once->fit(train, targets(train));
    const auto again = make(entry);
    again->fit(rows_of(10, 6), std::vector<double>(10, 1.0));
    again->fit(train, targets(train));
    CHECK(once->predict(train).mean == again->predict(train).mean);
  }
}

}  // namespace
}  // namespace quarry::predictors
