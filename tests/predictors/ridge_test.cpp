#include "predictors/ridge.hpp"

#include <Eigen/Dense>
#include <catch2/catch.hpp>

#include "predictors/row_choice.hpp"

namespace quarry::predictors {
namespace {

std::unique_ptr<Predictor> ridge(std::size_t numbers) {
  return make_ridge(OptionValues::defaults(ridge_options()), Columns(numbers));
}

// Small whole numbers without a pattern; fixed for ever.
Matrix patternless(std::size_t rows, std::size_t columns) {
  Matrix x(rows, columns);
  std::uint32_t state = 12345;
  for (double& value : x.values) {
    state = state * 1664525U + 1013904223U;
    value = static_cast<double>(state >> 30);
  }
  return x;
}

double predict_one(const Predictor& model, std::vector<double> row) {
  Matrix x(1, row.size());
  x.values = std::move(row);
  return model.predict(x).mean.front();
}

TEST_CASE("ridge recovers a noiseless line far outside its rows") {
  Matrix x(4, 1);
  x.values = {0, 1, 2, 3};
  const auto model = ridge(1);
  model->fit(x, std::vector<double>{1, 3, 5, 7});
  CHECK(predict_one(*model, {100}) == Approx(201).epsilon(1e-3));
}

TEST_CASE("ridge predicts the constant of constant targets and is sure of it") {
  const auto model = ridge(3);
  model->fit(patternless(10, 3), std::vector<double>(10, 4.5));
  const Prediction prediction = model->predict(patternless(2, 3));
  CHECK(prediction.mean[1] == Approx(4.5));
  CHECK(prediction.standard_deviation[1] == Approx(0).margin(1e-9));
}

TEST_CASE("ridge on a single row predicts that row's target") {
  const auto model = ridge(5);
  model->fit(patternless(1, 5), std::vector<double>{-3});
  CHECK(predict_one(*model, {9, 9, 9, 9, 9}) == Approx(-3));
}

TEST_CASE("duplicated rows and more columns than rows do not break ridge") {
  Matrix x = patternless(6, 20);
  std::copy_n(x.values.begin(), 20, x.values.begin() + 20);
  const auto model = ridge(20);
  model->fit(x, std::vector<double>{1, 1, 2, 3, 4, 5});
  CHECK(std::isfinite(model->predict(x).mean[0]));
}

TEST_CASE("the closed form's deviation is the error of refitting without each row") {
  const Matrix x = patternless(12, 3);
  std::vector<double> y;
  for (std::size_t i = 0; i < x.rows; ++i)
    y.push_back(2 * x.row(i)[0] - x.row(i)[1] + 0.3 * static_cast<double>(i % 4));
  const auto model = ridge(3);
  model->fit(x, y);
  const double claimed = model->predict(x).standard_deviation.front();

  // The penalty is not exposed: search the grid for the one whose refits give the claimed error.
  // One must.
  const Eigen::Map<const Eigen::Matrix<double, 12, 3, Eigen::RowMajor>> all(x.values.data());
  const Eigen::MatrixXd centred = all.rowwise() - all.colwise().mean();
  const double scale = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(centred.transpose() * centred)
                           .eigenvalues()
                           .maxCoeff();
  double nearest = 1e9;
  for (int step = 0; step <= 32; ++step) {
    const double penalty = scale * std::pow(10.0, -6.0 + step / 4.0);
    double error = 0;
    for (Eigen::Index left_out = 0; left_out < 12; ++left_out) {
      // Centre as the full fit does, so that only the row is missing and not its share of the mean.
      Eigen::MatrixXd design(12, 4);
      design << Eigen::VectorXd::Ones(12), centred;
      Eigen::MatrixXd normal = Eigen::MatrixXd::Zero(4, 4);
      Eigen::VectorXd right = Eigen::VectorXd::Zero(4);
      for (Eigen::Index i = 0; i < 12; ++i) {
        if (i == left_out) continue;
        normal += design.row(i).transpose() * design.row(i);
        right += design.row(i).transpose() * y[static_cast<std::size_t>(i)];
      }
      normal.diagonal().tail(3).array() += penalty;
      const double fitted = design.row(left_out).dot(normal.ldlt().solve(right));
      error += std::pow(y[static_cast<std::size_t>(left_out)] - fitted, 2) / 12;
    }
    nearest = std::min(nearest, std::abs(std::sqrt(error) - claimed));
  }
  CHECK(nearest < 1e-9);
}

// A line with some noise, the same for equal rows.
std::vector<double> noisy_line(const Matrix& x) {
  std::vector<double> y;
  for (std::size_t i = 0; i < x.rows; ++i)
    y.push_back(2 * x.row(i)[0] - x.row(i)[1] + 0.3 * static_cast<double>(i % 4));
  return y;
}

TEST_CASE("updating ridge with the rows of its fit changes nothing") {
  const Matrix x = patternless(12, 3);
  const auto model = ridge(3);
  model->fit(x, noisy_line(x));
  const std::vector<double> before = model->predict(x).mean;
  model->update(x, noisy_line(x));
  CHECK(model->predict(x).mean == before);
}

TEST_CASE("an update of ridge learns new targets and keeps the deviation") {
  const Matrix x = patternless(12, 3);
  const auto model = ridge(3);
  model->fit(x, noisy_line(x));
  const double deviation = model->predict(x).standard_deviation.front();
  Matrix line(4, 3);
  line.values = {0, 0, 0, 1, 0, 0, 2, 0, 0, 3, 0, 0};
  model->update(line, std::vector<double>{1, 1, 1, 1});
  CHECK(model->predict(x).mean == std::vector<double>(12, 1.0));
  CHECK(model->predict(x).standard_deviation == std::vector<double>(12, deviation));
}

TEST_CASE("an update of ridge that was never fitted fits it") {
  const Matrix x = patternless(12, 3);
  const auto fitted = ridge(3);
  const auto updated = ridge(3);
  fitted->fit(x, noisy_line(x));
  updated->update(x, noisy_line(x));
  CHECK(updated->predict(x).mean == fitted->predict(x).mean);
  CHECK(updated->predict(x).standard_deviation == fitted->predict(x).standard_deviation);
}

TEST_CASE("after one row or a constant ridge has nothing to keep: an update fits") {
  const Matrix x = patternless(12, 3);
  const auto fitted = ridge(3);
  fitted->fit(x, noisy_line(x));
  for (const std::size_t rows : {1U, 10U}) {
    const auto model = ridge(3);
    model->fit(patternless(rows, 3), std::vector<double>(rows, 0.1));
    model->update(x, noisy_line(x));
    CHECK(model->predict(x).mean == fitted->predict(x).mean);
    CHECK(model->predict(x).standard_deviation == fitted->predict(x).standard_deviation);
  }
}

TEST_CASE("of many rows some choose the penalty of ridge and all of them its weights") {
  OptionValues options = OptionValues::defaults(ridge_options());
  options.set("fit_rows", std::int64_t{10});
  const auto model = make_ridge(options, Columns(3));
  const Matrix x = patternless(20, 3);
  const std::vector<double> y = noisy_line(x);
  model->fit(x, y);
  const Prediction all = model->predict(x);

  // The first five and every third of the others.
  const std::vector<std::size_t> chosen = {0, 1, 2, 3, 4, 5, 8, 11, 14, 17};
  std::vector<double> some;
  for (const std::size_t i : chosen) some.push_back(y[i]);
  const auto small = ridge(3);
  small->fit(some_rows(x, chosen), some);
  CHECK(all.standard_deviation.front() == small->predict(x).standard_deviation.front());
  CHECK(all.mean != small->predict(x).mean);
  small->update(x, y);
  CHECK(all.mean == small->predict(x).mean);
}

}  // namespace
}  // namespace quarry::predictors
