#include "predictors/transfer.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <stdexcept>

#include "predictors/monotone_calibration.hpp"

namespace quarry::predictors {
namespace {

using Numbers = std::vector<double>;

Numbers of(std::span<const double> values) { return {values.begin(), values.end()}; }

// Rows of one number.
Matrix numbers(const Numbers& values) {
  Matrix x(values.size(), 1);
  x.values = values;
  return x;
}

const Columns kTransferredNumber(1);
const TransferColumns kSameNumber{.all = kTransferredNumber, .source = 1, .line = 1};

// Predicts the product of all columns: a source that needs no fit.
class Product final : public Predictor {
 public:
  void fit(const Matrix&, std::span<const double>, std::span<const double>) override {}
  Prediction predict(const Matrix& x) const override {
    Prediction prediction;
    for (std::size_t i = 0; i < x.rows; ++i) {
      double product = 1.0;
      for (const double value : x.row(i)) product *= value;
      prediction.mean.push_back(product);
      prediction.standard_deviation.push_back(0.0);
    }
    return prediction;
  }
  ModelState save() const override { return {.kind = "product"}; }
  void restore(const ModelState&) override {}
};

TEST_CASE("points that rise are the knots of their calibration, straight lines between them") {
  const MonotoneCalibration curve(Numbers{1, 2, 4}, Numbers{10, 20, 30});
  CHECK(of(curve.knots_x()) == Numbers{1, 2, 4});
  CHECK(curve(2.0) == Approx(20));
  CHECK(curve(3.0) == Approx(25));
  // The whole curve rises by 20 over 3.
  CHECK(curve(7.0) == Approx(30 + 20));
  CHECK(curve(-2.0) == Approx(10 - 20));
}

TEST_CASE("neighbours that fall are pooled at their means, whatever order they come in") {
  const MonotoneCalibration curve(Numbers{4, 2, 1, 3}, Numbers{9, 6, 1, 4});
  CHECK(of(curve.knots_x()) == Numbers{1, 2.5, 4});
  CHECK(of(curve.knots_y()) == Numbers{1, 5, 9});
}

TEST_CASE("a calibration of points that only fall, or of equal ones, is their mean") {
  CHECK(MonotoneCalibration(Numbers{1, 2, 3}, Numbers{6, 3, 0})(99.0) == Approx(3));
  CHECK(MonotoneCalibration(Numbers{2, 2}, Numbers{1, 3})(2.0) == Approx(2));
}

TEST_CASE("a machine that is three times as slow is learned from two anchors") {
  const auto model = make_transfer(std::make_unique<Product>(), kSameNumber);
  model->fit(numbers({1, 4}), Numbers{3, 12});
  const Prediction prediction = model->predict(numbers({2, 8}));
  CHECK(prediction.mean[0] == Approx(6));
  CHECK(prediction.mean[1] == Approx(24));
}

TEST_CASE("a transfer keeps the source's ranks where nothing else is learned") {
  const auto model = make_transfer(std::make_unique<Product>(), kSameNumber);
  model->fit(numbers({1, 2, 3, 4, 5}), Numbers{2, 5, 4, 7, 20});
  const Prediction prediction = model->predict(numbers({0.5, 1.5, 2.5, 3.5, 4.5, 5.5}));
  CHECK(std::ranges::is_sorted(prediction.mean));
}

TEST_CASE("what the target is slower at is learned from a column, a straggler notwithstanding") {
  // The source knows a * b; on the target each costs twice that, and every a ten more.
  Matrix anchors(16, 2);
  Numbers y;
  for (std::size_t i = 0; i < 16; ++i) {
    const double a = static_cast<double>(1 + i % 4);
    const double b = static_cast<double>(1 + i / 4);
    anchors.row(i)[0] = a;
    anchors.row(i)[1] = b;
    y.push_back(2 * a * b + 10 * a);
  }
  y[6] *= 3;
  const auto model =
      make_transfer(std::make_unique<Product>(), {.all = Columns(2), .source = 2, .line = 2});
  model->fit(anchors, y);
  Matrix asked(2, 2);
  asked.values = {4, 1, 1, 4};  // the same to the source
  const Prediction prediction = model->predict(asked);
  CHECK(prediction.mean[0] == Approx(48).epsilon(0.02));
  CHECK(prediction.mean[1] == Approx(18).epsilon(0.02));
}

TEST_CASE("the source and the line may read columns of their own") {
  Matrix anchors(6, 2);
  anchors.values = {1, 0, 2, 1, 3, 0, 4, 1, 5, 0, 6, 1};
  const auto model =
      make_transfer(std::make_unique<Product>(), {.all = Columns(2), .source = 1, .line = 1});
  model->fit(anchors, Numbers{10, 25, 30, 45, 50, 65});  // 10 a, and 5 with the second
  Matrix asked(1, 2);
  asked.values = {3.5, 1};
  CHECK(model->predict(asked).mean[0] == Approx(40).epsilon(0.02));
}

TEST_CASE("a stored transfer predicts the same, its source included") {
  const PredictorEntry& entry = *find_predictor("robust_kernel");
  auto source = entry.make(OptionValues::defaults(entry.options), kTransferredNumber);
  source->fit(numbers({1, 2, 3, 4, 5}), Numbers{1, 2, 4, 8, 16});
  const auto model = make_transfer(std::move(source), kSameNumber);
  model->fit(numbers({1, 2, 3, 4, 5, 6, 7, 8, 9}), Numbers{3, 5, 14, 20, 55, 120, 250, 490, 900});
  const Matrix asked = numbers({1.5, 2.5, 8.0});
  const auto again = restored_transfer(model->save(), kSameNumber);
  CHECK(again->predict(asked).mean == model->predict(asked).mean);
  CHECK(again->predict(asked).standard_deviation == model->predict(asked).standard_deviation);
}

TEST_CASE("what is no stored transfer is refused") {
  CHECK_THROWS_AS(restored_transfer({.kind = "ridge"}, kSameNumber), std::invalid_argument);
  const auto model = make_transfer(std::make_unique<Product>(), kSameNumber);
  model->fit(numbers({1, 2}), Numbers{1, 2});
  ModelState state = model->save();
  CHECK_THROWS_AS(restored_transfer(state, kSameNumber),
                  std::invalid_argument);  // no such source
  state.numbers["knots_y"] = {2, 1};
  CHECK_THROWS_AS(model->restore(state), std::invalid_argument);
  CHECK(model->predict(numbers({2})).mean[0] == Approx(2));
}

}  // namespace
}  // namespace quarry::predictors
