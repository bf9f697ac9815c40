#include "predictors/support_vectors.hpp"

#include <catch2/catch.hpp>
#include <cmath>

namespace quarry::predictors {
namespace {

std::unique_ptr<Predictor> support_vectors(Columns columns) {
  return make_support_vectors(OptionValues::defaults(support_vectors_options()),
                              std::move(columns));
}

// 0, 0.1, ... in one column.
Matrix tenths(std::size_t count) {
  Matrix x(count, 1);
  for (std::size_t i = 0; i < count; ++i) x.row(i)[0] = 0.1 * static_cast<double>(i);
  return x;
}

std::vector<double> sines(const Matrix& x) {
  std::vector<double> y;
  for (const double value : x.values) y.push_back(std::sin(value));
  return y;
}

TEST_CASE("support vectors follow a curve between their rows") {
  const auto model = support_vectors(Columns(1));
  model->fit(tenths(60), sines(tenths(60)));
  Matrix between(1, 1);
  between.values = {3.05};
  CHECK(model->predict(between).mean[0] == Approx(std::sin(3.05)).margin(0.05));
}

TEST_CASE("support vectors tell levels apart, and an absent one from both") {
  const auto model = support_vectors({{ColumnKind::kCategorical, 2}});
  Matrix x(9, 1);
  x.values = {0, 1, kAbsent, 0, 1, kAbsent, 0, 1, kAbsent};
  model->fit(x, std::vector<double>{1, 2, 5, 1, 2, 5, 1, 2, 5});
  const std::vector<double> guess = model->predict(x).mean;
  CHECK(guess[0] == Approx(1).margin(0.1));
  CHECK(guess[1] == Approx(2).margin(0.1));
  CHECK(guess[2] == Approx(5).margin(0.1));
}

TEST_CASE("one wild target does not move support vectors much: they count misses, not squares") {
  const Matrix x = tenths(60);
  std::vector<double> y = sines(x);
  y[30] += 10;
  const auto model = support_vectors(Columns(1));
  model->fit(x, y);
  CHECK(model->predict(x).mean[20] == Approx(std::sin(2.0)).margin(0.3));
}

TEST_CASE("updating support vectors with the rows of their fit changes nothing") {
  const auto model = support_vectors(Columns(1));
  model->fit(tenths(40), sines(tenths(40)));
  const Prediction before = model->predict(tenths(50));
  model->update(tenths(40), sines(tenths(40)));
  CHECK(model->predict(tenths(50)).mean == before.mean);
}

}  // namespace
}  // namespace quarry::predictors
