#include "predictors/interaction_process.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "predictors/interaction_likelihood.hpp"

namespace quarry::predictors {
namespace {

const Columns kMixed = {{ColumnKind::kOrdinal, 3},
                        {ColumnKind::kCategorical, 3},
                        {ColumnKind::kNumber, 0},
                        {ColumnKind::kOrdinal, 3}};

// Levels in counting order; the third column is a number.
Matrix rows_of(std::size_t count) {
  Matrix x(count, 4);
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t rest = i * 7 % 81;
    for (std::size_t c = 0; c < 4; ++c, rest /= 3) x.row(i)[c] = static_cast<double>(rest % 3);
    x.row(i)[2] = static_cast<double>(i * 37 % 101) / 50;
  }
  return x;
}

double truth(std::span<const double> row) {
  return 5 + row[0] * row[3] + (row[1] == 1 ? 1.0 : 0.0) + std::sin(2 * row[2]) * row[0];
}

std::vector<double> truths(const Matrix& x) {
  std::vector<double> y;
  for (std::size_t i = 0; i < x.rows; ++i) y.push_back(truth(x.row(i)));
  return y;
}

double error_on_new_rows(const Predictor& model) {
  Matrix x = rows_of(80);
  for (std::size_t i = 0; i < x.rows; ++i) x.row(i)[2] += 0.01;
  const std::vector<double> guess = model.predict(x).mean;
  double square = 0;
  for (std::size_t i = 0; i < x.rows; ++i) square += std::pow(guess[i] - truth(x.row(i)), 2) / 80;
  return std::sqrt(square);
}

std::unique_ptr<Predictor> process() {
  return make_interaction_process(OptionValues::defaults(interaction_process_options()), kMixed);
}

TEST_CASE("the process learns what levels and numbers do together") {
  const auto model = process();
  model->fit(rows_of(81), truths(rows_of(81)));
  CHECK(error_on_new_rows(*model) < 0.1);  // the targets' own deviation is 1.6
}

TEST_CASE("a few wild measurements do not spoil the process") {
  const Matrix x = rows_of(81);
  std::vector<double> y = truths(x);
  for (const std::size_t wild : {5U, 33U, 60U}) y[wild] += 40;
  const auto model = process();
  model->fit(x, y);
  CHECK(error_on_new_rows(*model) < 0.2);
}

TEST_CASE("updating the process with the rows of its fit changes nothing") {
  const Matrix x = rows_of(60);
  std::vector<double> y = truths(x);
  y[20] += 40;  // also where there is an outlier
  const auto model = process();
  model->fit(x, y);
  const Prediction before = model->predict(rows_of(81));
  model->update(x, y);
  CHECK(model->predict(rows_of(81)).mean == before.mean);
  CHECK(model->predict(rows_of(81)).standard_deviation == before.standard_deviation);
}

TEST_CASE("the process is less sure where there are no rows") {
  const auto model = process();
  const Matrix x = rows_of(81);
  model->fit(x, truths(x));
  Matrix two(2, 4);
  std::ranges::copy(x.row(0), two.row(0).begin());
  std::ranges::copy(x.row(0), two.row(1).begin());
  two.row(1)[2] = 10;
  const std::vector<double> deviation = model->predict(two).standard_deviation;
  CHECK(deviation[1] > 5 * deviation[0]);
}

TEST_CASE("the gradient of the process's likelihood is what finite differences say") {
  const Matrix x = rows_of(30);
  Eigen::VectorXd y(30);
  for (Eigen::Index i = 0; i < y.size(); ++i) y[i] = std::sin(static_cast<double>(i * i));
  Eigen::VectorXd known = Eigen::VectorXd::Zero(30);
  known[3] = 0.5;
  const InteractionLikelihood likelihood(kMixed, x, y, known);
  Eigen::VectorXd at = InteractionParameters::standard(likelihood.parts()).logs;
  for (Eigen::Index i = 0; i + 1 < at.size(); ++i) at[i] += 0.2 * static_cast<double>(i % 3);
  at[at.size() - InteractionParameters::kNoise] = std::log(0.2);
  Eigen::VectorXd gradient;
  likelihood(at, gradient);
  for (Eigen::Index i = 0; i < at.size(); ++i) {
    INFO("parameter " << i << " of " << at.size());
    constexpr double kStep = 1e-2;  // the sums are floats
    Eigen::VectorXd unused;
    Eigen::VectorXd up = at;
    Eigen::VectorXd down = at;
    up[i] += kStep;
    down[i] -= kStep;
    const double slope = (likelihood(up, unused) - likelihood(down, unused)) / (2 * kStep);
    CHECK(gradient[i] == Approx(slope).epsilon(2e-3).margin(2e-3));
  }
}

TEST_CASE("parts of a column: likeness and distance of levels and numbers") {
  Matrix x(2, 3);
  x.values = {0, 0, 1, 4, 1, 3};  // the numbers have mean 2 and deviation 1
  const ColumnParts parts(
      {{ColumnKind::kOrdinal, 5}, {ColumnKind::kCategorical, 5}, {ColumnKind::kNumber, 0}}, x, x);
  // Ordinal levels, their line, categories, numbers, their line.
  REQUIRE(parts.parts() == 5);
  Eigen::VectorXf scratch;
  const std::vector<double> row = {1, 1, 3};
  CHECK(parts.distance(0, row, scratch)[0] == 0.5F);
  CHECK(parts.likeness(0, row, scratch)[0] == 0.5F);
  CHECK(parts.likeness(1, row, scratch)[1] == -0.5F);  // places -0.5 and 1
  CHECK_FALSE(parts.has_distance(1));
  CHECK(parts.likeness(2, row, scratch)[1] == 1.0F);
  CHECK(parts.distance(3, row, scratch)[0] == 4.0F);
  CHECK(parts.likeness(3, row, scratch)[1] == 1.0F);
  CHECK(parts.likeness(4, row, scratch)[0] == -1.0F);
  CHECK(parts.own_likeness(4, row) == 1.0F);
}

}  // namespace
}  // namespace quarry::predictors
