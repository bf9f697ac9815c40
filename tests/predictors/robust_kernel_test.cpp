#include "predictors/robust_kernel.hpp"

#include <catch2/catch.hpp>
#include <cmath>

namespace quarry::predictors {
namespace {

const Columns kOneNumber(1);

std::unique_ptr<Predictor> model_of(const Columns& columns) {
  return make_robust_kernel(OptionValues::defaults(robust_kernel_options()), columns);
}

// 0, 1, ..., count - 1.
Matrix steps(std::size_t count) {
  Matrix x(count, 1);
  for (std::size_t i = 0; i < count; ++i) x.row(i)[0] = static_cast<double>(i);
  return x;
}

TEST_CASE("one row out of thirty that took three times as long changes little") {
  const Matrix x = steps(30);
  std::vector<double> y;
  for (std::size_t i = 0; i < x.rows; ++i) y.push_back(10.0 + static_cast<double>(i));
  y[15] *= 3.0;
  const auto model = model_of(kOneNumber);
  model->fit(x, y);
  const Prediction prediction = model->predict(x);
  CHECK(prediction.mean[15] == Approx(25.0).epsilon(0.03));
  CHECK(prediction.mean[14] == Approx(24.0).epsilon(0.03));
}

TEST_CASE("a row that is known to be noisy counts less than one that is not") {
  // Two measurements of one network, 1 and 2.
  const Matrix x = [] {
    Matrix rows = steps(8);
    rows.row(7)[0] = 6.0;
    return rows;
  }();
  const std::vector<double> y = {1, 1, 1, 1, 1, 1, 1, 2};
  const std::vector<double> first_is_noisy = {0, 0, 0, 0, 0, 0, 5, 0};
  const std::vector<double> second_is_noisy = {0, 0, 0, 0, 0, 0, 0, 5};
  const auto model = model_of(kOneNumber);
  model->fit(x, y, first_is_noisy);
  const double trusting_two = model->predict(x).mean[6];
  model->fit(x, y, second_is_noisy);
  CHECK(model->predict(x).mean[6] < trusting_two);
  CHECK(model->predict(x).mean[6] == Approx(1.0).epsilon(0.02));
}

TEST_CASE("numbers of any scale and levels of any kind are learned together") {
  const Columns columns = {{ColumnKind::kNumber, 0}, {ColumnKind::kCategorical, 2}};
  Matrix x(24, 2);
  std::vector<double> y;
  for (std::size_t i = 0; i < x.rows; ++i) {
    x.row(i)[0] = 1e9 * static_cast<double>(i / 2);
    x.row(i)[1] = static_cast<double>(i % 2);
    y.push_back(100.0 + static_cast<double>(i / 2) + (i % 2 == 1 ? 5.0 : 0.0));
  }
  const auto model = model_of(columns);
  model->fit(x, y);
  Matrix asked(2, 2);
  asked.values = {5.5e9, 0.0, 5.5e9, 1.0};
  const Prediction prediction = model->predict(asked);
  CHECK(prediction.mean[0] == Approx(105.5).epsilon(0.002));
  CHECK(prediction.mean[1] == Approx(110.5).epsilon(0.002));
}

TEST_CASE("an absent level is like none of the levels that are there") {
  const Columns columns = {{ColumnKind::kCategorical, 2}};
  Matrix x(6, 1);
  x.values = {0, 1, kAbsent, 0, 1, kAbsent};
  const auto model = model_of(columns);
  model->fit(x, std::vector<double>{1, 2, 4, 1, 2, 4});
  Matrix asked(1, 1);
  asked.values = {kAbsent};
  CHECK(model->predict(asked).mean[0] == Approx(4.0).epsilon(0.02));
}

TEST_CASE(
    "an update with the rows of the fit changes next to nothing, with others it follows them") {
  const Matrix x = steps(12);
  std::vector<double> y;
  for (std::size_t i = 0; i < x.rows; ++i) y.push_back(20.0 + static_cast<double>(i));
  const auto model = model_of(kOneNumber);
  model->fit(x, y);
  const double before = model->predict(x).mean[5];
  model->update(x, y);
  CHECK(model->predict(x).mean[5] == Approx(before).epsilon(1e-3));
  for (double& value : y) value *= 2.0;
  model->update(x, y);
  CHECK(model->predict(x).mean[5] == Approx(50.0).epsilon(0.01));
}

TEST_CASE("a measurement far from all others is less sure than one among them") {
  const Matrix x = steps(20);
  std::vector<double> y;
  for (std::size_t i = 0; i < x.rows; ++i)
    y.push_back(1.0 + std::sin(0.3 * static_cast<double>(i)) / 100);
  const auto model = model_of(kOneNumber);
  model->fit(x, y);
  Matrix asked(2, 1);
  asked.values = {10.5, 60.0};
  const Prediction prediction = model->predict(asked);
  CHECK(prediction.standard_deviation[1] > 2.0 * prediction.standard_deviation[0]);
}

TEST_CASE("a constant is predicted with no deviation, a single row too") {
  const auto model = model_of(kOneNumber);
  for (const std::size_t rows : {1U, 3U}) {
    model->fit(steps(rows), std::vector<double>(rows, 7.0));
    CHECK(model->predict(steps(2)).mean == std::vector<double>{7.0, 7.0});
    CHECK(model->predict(steps(2)).standard_deviation == std::vector<double>{0.0, 0.0});
  }
}

}  // namespace
}  // namespace quarry::predictors
