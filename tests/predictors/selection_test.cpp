#include "predictors/selection.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <stdexcept>

namespace quarry::predictors {
namespace {

std::unique_ptr<Predictor> selection(const std::string& metric = "rmse", std::int64_t members = 3) {
  OptionValues options = OptionValues::defaults(selection_options());
  options.set("metric", metric);
  options.set("members", members);
  return make_selection(options, Columns(2));
}

Matrix rows_of(std::size_t count) {
  Matrix x(count, 2);
  for (std::size_t i = 0; i < count; ++i) {
    x.row(i)[0] = static_cast<double>(i * 17 % 60) / 10;
    x.row(i)[1] = static_cast<double>(i * 29 % 60) / 10;
  }
  return x;
}

// The product of exponentials, with a disturbance of one in a hundred.
std::vector<double> products(const Matrix& x) {
  std::vector<double> y;
  for (std::size_t i = 0; i < x.rows; ++i)
    y.push_back(std::exp(x.row(i)[0] - x.row(i)[1]) * (i % 2 == 0 ? 1.01 : 0.99));
  return y;
}

TEST_CASE("a selection keeps what learns the logarithm where everything multiplies") {
  const auto model = selection("mape", 1);
  model->fit(rows_of(60), products(rows_of(60)));
  const SelectionReport report = selection_report(model->save());
  CHECK(report.metric == "mape");
  CHECK(report.candidates.front().name.ends_with(" of the logarithm"));
  CHECK(report.candidates.front().error < 3);
  CHECK(report.candidates.front().weight == 1);
  Matrix one(1, 2);
  one.values = {3, 1};
  CHECK(model->predict(one).mean[0] == Approx(std::exp(2)).epsilon(0.05));
}

TEST_CASE("a selection tells the error of all that it judged, the weights adding up to one") {
  const auto model = selection();
  Matrix x = rows_of(50);
  std::vector<double> y;
  for (std::size_t i = 0; i < 50; ++i) y.push_back(x.row(i)[0] - 2 * x.row(i)[1]);
  model->fit(x, y);
  const SelectionReport report = selection_report(model->save());
  CHECK(report.candidates.size() == predictor_registry().size() - 2);  // no logarithm: y < 0
  double weights = 0;
  for (const auto& candidate : report.candidates) weights += candidate.weight;
  CHECK(weights == Approx(1));
  for (std::size_t k = 1; k < report.candidates.size(); ++k)
    CHECK_FALSE(report.candidates[k].error < report.candidates[k - 1].error);
}

TEST_CASE("nine tenths of the held-out rows are within 1.645 calibrated deviations") {
  const auto model = selection();
  const std::vector<double> y = products(rows_of(50));
  model->fit(rows_of(50), y);
  const Prediction held_out = selection_report(model->save()).held_out;
  REQUIRE(held_out.mean.size() == 50);
  int covered = 0;
  for (std::size_t i = 0; i < 50; ++i)
    covered += std::abs(held_out.mean[i] - y[i]) <= 1.6449 * held_out.standard_deviation[i] ? 1 : 0;
  CHECK(covered == 46);  // the least that is nine tenths of 51
}

TEST_CASE("with few rows a selection does not select") {
  const auto model = selection();
  model->fit(rows_of(5), std::vector<double>{1, 2, 3, 4, 5});
  CHECK(selection_report(model->save()).candidates.empty());
  CHECK_THROWS_AS(selection_report({}), std::invalid_argument);
}

}  // namespace
}  // namespace quarry::predictors
