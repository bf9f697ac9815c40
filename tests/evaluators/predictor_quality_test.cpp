#include "evaluators/predictor_quality.hpp"

#include <catch2/catch.hpp>

namespace quarry::evaluators {
namespace {

PredictorQuality quality(const std::vector<double>& measured, const std::vector<double>& predicted,
                         double deviation = 1.0) {
  std::vector<ParityRow> parity;
  for (std::size_t i = 0; i < measured.size(); ++i)
    parity.push_back({{}, measured[i], predicted[i], deviation});
  return quality_of(std::move(parity), 5);
}

TEST_CASE("guesses that are all right have no error, full rank agreement and full coverage") {
  const PredictorQuality perfect = quality({1, 2, 4}, {1, 2, 4}, 0.0);
  CHECK(perfect.mape == 0.0);
  CHECK(perfect.rmse == 0.0);
  CHECK(perfect.kendall_tau == Approx(1.0));
  CHECK(perfect.spearman == Approx(1.0));
  CHECK(perfect.r2 == Approx(1.0));
  CHECK(perfect.coverage == 1.0);
}

TEST_CASE("the figures of four guesses are those that pencil and paper give") {
  // Residuals 1, -1, 1, -1; of six pairs (2, 1) and (4, 3) are in the wrong order.
  const PredictorQuality some = quality({2, 1, 4, 3}, {1, 2, 3, 4});
  CHECK(*some.mape == Approx((1.0 / 2 + 1.0 / 1 + 1.0 / 4 + 1.0 / 3) / 4));
  CHECK(some.rmse == Approx(1.0));
  CHECK(*some.kendall_tau == Approx((4.0 - 2.0) / 6.0));
  CHECK(*some.spearman == Approx(1.0 - 6.0 * 4.0 / (4.0 * 15.0)));
  CHECK(*some.r2 == Approx(1.0 - 4.0 / 5.0));
  CHECK(some.coverage == 1.0);  // within 1.64 deviations
  CHECK(some.residual_quantiles.size() == 5);
  CHECK(some.residual_quantiles[2].first == 0.5);
  CHECK(some.residual_quantiles[2].second == Approx(0.0));
  CHECK(quality({2, 1, 4, 3}, {1, 2, 3, 4}, 0.5).coverage == 0.0);
}

TEST_CASE("ties count for neither side of Kendall's tau and share a rank in Spearman's") {
  // Pairs: (0,1) tied in both, (0,2) and (1,2) agree.
  const PredictorQuality tied = quality({1, 1, 2}, {5, 5, 6});
  CHECK(*tied.kendall_tau == Approx(1.0));
  CHECK(*tied.spearman == Approx(1.0));
}

TEST_CASE("a figure that has no meaning is not there") {
  const PredictorQuality constant = quality({0, 0, 0}, {1, 2, 3});
  CHECK_FALSE(constant.mape.has_value());
  CHECK_FALSE(constant.kendall_tau.has_value());
  CHECK_FALSE(constant.spearman.has_value());
  CHECK_FALSE(constant.r2.has_value());
}

TEST_CASE("an interval reaches as far as nine of ten residuals did") {
  predictors::Prediction guessed;
  std::vector<double> measured;
  for (int i = 1; i <= 19; ++i) {  // the 18th of 19 is the (19 + 1) * 0.9th
    guessed.mean.push_back(0.0);
    guessed.standard_deviation.push_back(2.0);
    measured.push_back(i);
  }
  CHECK(kIntervalReach * interval_scale(guessed, measured).apply(2.0) == Approx(18.0));
}

TEST_CASE("a model that is sure of what is wrong still gets an interval, one that is right none") {
  const predictors::Prediction sure{.mean = {1.0, 2.0}, .standard_deviation = {0.0, 0.0}};
  CHECK(interval_scale(sure, std::vector<double>{1.0, 3.0}).apply(0.0) * kIntervalReach ==
        Approx(1.0));
  CHECK(interval_scale(sure, std::vector<double>{1.0, 2.0}).apply(0.0) == 0.0);
}

}  // namespace
}  // namespace quarry::evaluators
