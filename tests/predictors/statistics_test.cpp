#include "predictors/statistics.hpp"

#include <catch2/catch.hpp>
#include <cmath>

namespace quarry::predictors {
namespace {

TEST_CASE("a median of an even number of values is between the two in the middle, or the upper") {
  CHECK(median({4.0, 1.0, 3.0, 2.0}) == 2.5);
  CHECK(upper_median({4.0, 1.0, 3.0, 2.0}) == 3.0);
  CHECK(median({3.0, 1.0, 2.0}) == 2.0);
  CHECK(upper_median({3.0, 1.0, 2.0}) == 2.0);
  CHECK(median({}) == 0.0);
}

TEST_CASE("a quantile is the nearest of the values") {
  CHECK(nearest_quantile({5.0, 1.0, 4.0, 2.0, 3.0}, 0.0) == 1.0);
  CHECK(nearest_quantile({5.0, 1.0, 4.0, 2.0, 3.0}, 0.6) == 3.0);
  CHECK(nearest_quantile({5.0, 1.0, 4.0, 2.0, 3.0}, 0.9) == 5.0);
  CHECK(nearest_quantile({7.0}, 0.5) == 7.0);
}

TEST_CASE("the reach of a share of a normal distribution is what its error function says") {
  CHECK(std::erf(kNinetyPercent / std::sqrt(2.0)) == Approx(0.9).epsilon(1e-14));
  CHECK(std::erf(kNinetyFivePercent / std::sqrt(2.0)) == Approx(0.95).epsilon(1e-14));
}

}  // namespace
}  // namespace quarry::predictors
