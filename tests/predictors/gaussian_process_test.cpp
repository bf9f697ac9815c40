#include "predictors/gaussian_process.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "predictors/level_kernel.hpp"
#include "predictors/marginal_likelihood.hpp"

namespace quarry::predictors {
namespace {

std::unique_ptr<Predictor> process(Columns columns) {
  return make_gaussian_process(OptionValues::defaults(gaussian_process_options()),
                               std::move(columns));
}

// 4 columns of 3 levels: every one of the 81 rows in counting order.
Matrix all_rows() {
  Matrix x(81, 4);
  for (std::size_t i = 0; i < 81; ++i) {
    std::size_t rest = i;
    for (std::size_t c = 0; c < 4; ++c, rest /= 3) x.row(i)[c] = static_cast<double>(rest % 3);
  }
  return x;
}

Matrix every_second(const Matrix& x, std::size_t first) {
  Matrix some(0, x.columns);
  for (std::size_t i = first; i < x.rows; i += 2, ++some.rows)
    some.values.insert(some.values.end(), x.row(i).begin(), x.row(i).end());
  return some;
}

std::vector<double> targets(const Matrix& x) {
  std::vector<double> y;
  for (std::size_t i = 0; i < x.rows; ++i) {
    const auto row = x.row(i);
    y.push_back(10 + row[0] * row[1] + (row[2] == 1 ? 2 : 0));
  }
  return y;
}

TEST_CASE("a process learns sums and products of levels from half of the rows") {
  const Columns columns(4, {ColumnKind::kOrdinal, 3});
  const auto model = process(columns);
  const Matrix train = every_second(all_rows(), 0);
  const Matrix test = every_second(all_rows(), 1);
  model->fit(train, targets(train));
  const Prediction guess = model->predict(test);
  const std::vector<double> truth = targets(test);
  double error = 0;
  for (std::size_t i = 0; i < truth.size(); ++i)
    error += std::pow(guess.mean[i] - truth[i], 2) / static_cast<double>(truth.size());
  CHECK(std::sqrt(error) < 0.15);  // the targets' own deviation is 1.6
}

TEST_CASE("a process is sure of the rows it saw and unsure far from them") {
  const auto model = process(Columns(4, {ColumnKind::kCategorical, 3}));
  Matrix x(4, 4);
  x.values = {0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0};
  model->fit(x, std::vector<double>{1, 2, 3, 5});
  Matrix far(1, 4);
  far.values = {2, 2, 2, 2};
  CHECK(model->predict(x).standard_deviation[0] < 0.2 * model->predict(far).standard_deviation[0]);
  CHECK(model->predict(x).mean[3] == Approx(5).margin(0.05));
}

TEST_CASE("what is absent is one level of its own") {
  const auto model = process({{ColumnKind::kOrdinal, 2}, {ColumnKind::kOrdinal, 3}});
  Matrix x(4, 2);
  x.values = {0, kAbsent, 1, 0, 1, 1, 1, 2};
  model->fit(x, std::vector<double>{-5, 1, 2, 3});
  CHECK(model->predict(x).mean[0] == Approx(-5).margin(0.1));
}

TEST_CASE("rows that contradict each other are averaged, not refused") {
  const auto model = process(Columns(1, {ColumnKind::kCategorical, 2}));
  Matrix x(4, 1);
  x.values = {0, 0, 1, 1};
  model->fit(x, std::vector<double>{1, 3, 10, 10});
  CHECK(model->predict(x).mean[0] == Approx(2).margin(0.3));
}

TEST_CASE("an update takes in new rows and keeps what was fitted") {
  const auto model = process(Columns(4, {ColumnKind::kOrdinal, 3}));
  const Matrix first = every_second(all_rows(), 0);
  model->fit(first, targets(first));
  model->update(all_rows(), targets(all_rows()));
  CHECK(model->predict(all_rows()).mean[40] == Approx(targets(all_rows())[40]).margin(0.05));
}

// The value of one column.
std::vector<double> levels_of(const Matrix& x, std::size_t column) {
  std::vector<double> y;
  for (std::size_t i = 0; i < x.rows; ++i) y.push_back(x.row(i)[column]);
  return y;
}

TEST_CASE("updating a process with the rows of its fit changes nothing") {
  const auto model = process(Columns(4, {ColumnKind::kOrdinal, 3}));
  const Matrix x = every_second(all_rows(), 0);
  model->fit(x, targets(x));
  const Prediction before = model->predict(all_rows());
  model->update(x, targets(x));
  CHECK(model->predict(all_rows()).mean == before.mean);
  CHECK(model->predict(all_rows()).standard_deviation == before.standard_deviation);
}

TEST_CASE("an update keeps how much each column matters, whatever the targets are now") {
  Matrix query(2, 4);
  query.values = {kAbsent, 0, 0, 0, 0, kAbsent, 0, 0};
  const auto model = process(Columns(4, {ColumnKind::kCategorical, 3}));
  model->fit(all_rows(), levels_of(all_rows(), 0));
  const std::vector<double> before = model->predict(query).standard_deviation;
  CHECK(before[0] > before[1]);
  model->update(all_rows(), levels_of(all_rows(), 1));
  const std::vector<double> after = model->predict(query).standard_deviation;
  CHECK(after[0] == Approx(before[0]).epsilon(1e-12));
  CHECK(after[1] == Approx(before[1]).epsilon(1e-12));
}

TEST_CASE("a process without a fit, or with a constant one, has nothing to keep: an update fits") {
  const Columns columns(4, {ColumnKind::kOrdinal, 3});
  const Matrix x = every_second(all_rows(), 0);
  const auto fitted = process(columns);
  const auto never = process(columns);
  const auto constant = process(columns);
  fitted->fit(x, targets(x));
  never->update(x, targets(x));
  constant->fit(x, std::vector<double>(x.rows, 0.1));
  constant->update(x, targets(x));
  CHECK(never->predict(x).mean == fitted->predict(x).mean);
  CHECK(constant->predict(x).mean == fitted->predict(x).mean);
}

TEST_CASE("constant targets are predicted for sure, after a fit and after an update") {
  const auto model = process(Columns(4, {ColumnKind::kOrdinal, 3}));
  const Matrix x = every_second(all_rows(), 0);
  const auto is_constant = [&] {
    const Prediction guess = model->predict(all_rows());
    return guess.mean == std::vector<double>(81, 4.5) &&
           guess.standard_deviation == std::vector<double>(81, 0.0);
  };
  model->fit(x, std::vector<double>(x.rows, 4.5));
  CHECK(is_constant());
  model->fit(x, targets(x));
  CHECK_FALSE(is_constant());
  model->update(x, std::vector<double>(x.rows, 4.5));
  CHECK(is_constant());
}

TEST_CASE("a level that no row could have is as far from everything as an absent one") {
  const auto model = process(Columns(2, {ColumnKind::kCategorical, 2}));
  Matrix x(3, 2);
  x.values = {0, 0, 0, 1, 1, 0};
  model->fit(x, std::vector<double>{1, 2, 3});
  Matrix odd(2, 2);
  odd.values = {7, 0, kAbsent, 0};
  const Prediction guess = model->predict(odd);
  CHECK(guess.mean[0] == guess.mean[1]);
}

TEST_CASE("the likelihood's gradient is what finite differences say") {
  const Columns columns = {{ColumnKind::kOrdinal, 3},
                           {ColumnKind::kCategorical, 3},
                           {ColumnKind::kNumber, 0},
                           {ColumnKind::kOrdinal, 3}};
  const Matrix x = every_second(all_rows(), 1);
  Eigen::VectorXd y(static_cast<Eigen::Index>(x.rows));
  for (Eigen::Index i = 0; i < y.size(); ++i) y[i] = std::sin(static_cast<double>(i * i));
  const MarginalLikelihood likelihood(columns, x, y);
  Eigen::VectorXd at = KernelParameters::standard(4).logs;
  at[at.size() - 1] = std::log(0.1);
  for (Eigen::Index i = 0; i + 1 < at.size(); ++i) at[i] += 0.1 * static_cast<double>(i % 3);
  Eigen::VectorXd gradient;
  likelihood(at, gradient);
  for (Eigen::Index i = 0; i < at.size(); ++i) {
    constexpr double kStep = 1e-2;  // the distances are floats
    Eigen::VectorXd unused;
    Eigen::VectorXd up = at;
    Eigen::VectorXd down = at;
    up[i] += kStep;
    down[i] -= kStep;
    const double slope = (likelihood(up, unused) - likelihood(down, unused)) / (2 * kStep);
    CHECK(gradient[i] == Approx(slope).epsilon(1e-3).margin(1e-3));
  }
}

TEST_CASE("distances are roots of steps for ordinal levels and all alike for categories") {
  Matrix x(1, 3);
  x.values = {0, 0, 2.0};
  const LevelDistances distances(
      {{ColumnKind::kOrdinal, 5}, {ColumnKind::kCategorical, 5}, {ColumnKind::kNumber, 0}}, x);
  Eigen::VectorXf scratch;
  CHECK(*distances.of(0, 1.0, scratch) == 0.5F);
  CHECK(*distances.of(0, 4.0, scratch) == 1.0F);
  CHECK(*distances.of(1, 1.0, scratch) == 1.0F);
  CHECK(*distances.of(1, 0.0, scratch) == 0.0F);
  CHECK(*distances.of(0, kAbsent, scratch) == 1.0F);
  CHECK(*distances.of(2, 2.25, scratch) == 0.25F);
}

}  // namespace
}  // namespace quarry::predictors
