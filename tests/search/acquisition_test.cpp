#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "search/acquisition/expected_hypervolume.hpp"
#include "search/acquisition/expected_improvement.hpp"
#include "search/acquisition/parego.hpp"
#include "search/core/rng.hpp"
#include "search/pareto/hypervolume.hpp"
#include "tests/support/points.hpp"

namespace quarry::search {
namespace {

TEST_CASE("expected improvement of a standard normal over its mean is 1 / sqrt(2 pi)") {
  CHECK(expected_improvement(0, 0, 1) == Approx(0.3989422804));
  CHECK(log_expected_improvement(0, 0, 1) == Approx(std::log(0.3989422804)));
}

TEST_CASE("without deviation the improvement is the difference or nothing") {
  CHECK(expected_improvement(5, 3, 0) == 2.0);
  CHECK(log_expected_improvement(5, 5, 0) == -std::numeric_limits<double>::infinity());
}

TEST_CASE("the logarithm equals that of the plain formula while it lasts and goes on smoothly") {
  for (double z = -8; z < 3; z += 0.37)
    CHECK(log_expected_positive_part(z) ==
          Approx(std::log(expected_improvement(z, 0, 1))).epsilon(1e-6));
  // Mills' ratio to the next order: log(phi(z) / z^2 (1 - 3 / z^2)).
  for (const double z : {-40.0, -300.0, -9e3, -2e4, -1e6}) {
    const double expected = -0.5 * z * z - 0.5 * std::log(2 * M_PI) - 2 * std::log(-z);
    CHECK(log_expected_positive_part(z) == Approx(expected).epsilon(1e-5));
  }
}

TEST_CASE("bounds that hold for sure cost nothing, those that cannot hold cost everything") {
  CHECK(log_probability_feasible(std::vector<double>{-1}, std::vector<double>{0}) == 0.0);
  CHECK(log_probability_feasible(std::vector<double>{1}, std::vector<double>{0}) ==
        -std::numeric_limits<double>::infinity());
  CHECK(log_probability_feasible(std::vector<double>{0, 0}, std::vector<double>{1, 2}) ==
        Approx(2 * std::log(0.5)));
  CHECK(log_probability_feasible(std::vector<double>{100}, std::vector<double>{1}) ==
        Approx(-5005.5242).epsilon(1e-6));
}

TEST_CASE("without deviations the expected hypervolume is the hypervolume gained") {
  Rng rng(3);
  for (const std::size_t dimensions : {1U, 2U, 3U}) {
    const std::vector<double> reference(dimensions, 1.0);
    for (int round = 0; round < 20; ++round) {
      const Points front = random_points(8, dimensions, rng);
      const Points candidate = random_points(1, dimensions, rng);
      const ExpectedHypervolume expected(front, reference);
      const double gain = hypervolume_gain(front, candidate[0], reference);
      const double log_gain =
          expected.log_improvement(candidate[0], std::vector<double>(dimensions, 0.0));
      CHECK(std::exp(log_gain) == Approx(gain).margin(1e-12));
    }
  }
}

TEST_CASE("the expected hypervolume is the mean over draws") {
  Rng rng(4);
  for (const std::size_t dimensions : {1U, 2U, 3U}) {
    const std::vector<double> reference(dimensions, 1.0);
    const Points front = random_points(5, dimensions, rng);
    const std::vector<double> means(dimensions, 0.3);
    const std::vector<double> deviations = {0.2, 0.1, 0.3};
    const auto some = std::span(deviations).first(dimensions);
    constexpr int kDraws = 40000;
    double total = 0;
    for (int draw = 0; draw < kDraws; ++draw) {
      std::vector<double> point;
      for (std::size_t k = 0; k < dimensions; ++k)
        point.push_back(means[k] + deviations[k] * rng.normal());
      total += hypervolume_gain(front, point, reference);
    }
    const double exact =
        std::exp(ExpectedHypervolume(front, reference).log_improvement(means, some));
    CHECK(total / kDraws == Approx(exact).epsilon(0.03));
  }
}

TEST_CASE("with an empty front everything below the reference is gained") {
  const ExpectedHypervolume expected(Points(2), {2.0, 3.0});
  CHECK(std::exp(expected.log_improvement(std::vector<double>{1, 1}, std::vector<double>{0, 0})) ==
        Approx(2.0));
}

TEST_CASE("where improvements underflow their logarithms still tell which is larger") {
  const Points front = points_of(2, {{0, 1}, {1, 0}});
  const ExpectedHypervolume expected(front, {2.0, 2.0});
  const std::vector<double> deviations = {1e-3, 1e-3};
  const double near = expected.log_improvement(std::vector<double>{1.1, 1.1}, deviations);
  const double far = expected.log_improvement(std::vector<double>{1.4, 1.4}, deviations);
  CHECK(std::isfinite(far));
  CHECK(near > far);
  CHECK(far < -1000);
}

// One objective of weight one, of which scalarised() makes 1.05 times its value.
double one_objective_improvement(double mean, double deviation, double best,
                                 const std::vector<double>& draws) {
  const std::vector<double> weight = {1.0};
  return log_expected_scalar_improvement(std::vector<double>{mean}, std::vector<double>{deviation},
                                         weight, best, draws);
}

TEST_CASE("the scalar is the largest weighted objective and a twentieth of their sum") {
  // Weighted 1/8 and 3/4: 3/4 + 7/160.
  CHECK(scalarised(std::vector<double>{0.5, 1}, std::vector<double>{0.25, 0.75}) ==
        Approx(0.79375));
  CHECK(scalarised(std::vector<double>{1, 0.5}, std::vector<double>{0.75, 0.25}) ==
        Approx(0.79375));
  CHECK(scalarised(std::vector<double>{2}, std::vector<double>{1}) == Approx(2.1));
}

TEST_CASE("objectives below zero have a scalar below zero") {
  CHECK(scalarised(std::vector<double>{-1, -2}, std::vector<double>{0.5, 0.5}) == Approx(-0.575));
}

TEST_CASE("random weights are positive and sum to one, and a single one is one") {
  Rng rng(5);
  CHECK(random_weights(1, rng) == std::vector<double>{1});
  for (int round = 0; round < 100; ++round) {
    const std::vector<double> weights = random_weights(5, rng);
    REQUIRE(weights.size() == 5);
    CHECK(std::ranges::min(weights) > 0.0);
    CHECK(std::accumulate(weights.begin(), weights.end(), 0.0) == Approx(1).epsilon(1e-15));
  }
}

TEST_CASE("each of three random weights is above a half a quarter of the time") {
  // On a triangle a corner's part beyond the middle is a quarter of it. Uniform numbers over their
  // sum would lie there a sixth of the time.
  Rng rng(6);
  std::vector<int> above(3);
  constexpr int kRounds = 10000;
  for (int round = 0; round < kRounds; ++round) {
    const std::vector<double> weights = random_weights(3, rng);
    for (std::size_t k = 0; k < 3; ++k) above[k] += weights[k] > 0.5 ? 1 : 0;
  }
  for (const int count : above)
    CHECK(count == Approx(kRounds / 4).margin(130));  // three deviations
}

TEST_CASE("without deviation the scalar improvement is the difference") {
  CHECK(one_objective_improvement(1, 0, 3.05, {0.3, -2}) == Approx(std::log(2)));
}

TEST_CASE(
    "the scalar improvement is the mean over draws, those that do not improve count as zero") {
  // Scalars of -1.05, 1.05, 2.1 and 0 against 0.
  CHECK(one_objective_improvement(0, 1, 0, {-1, 1, 2, 0}) == Approx(std::log(1.05 / 4)));
}

TEST_CASE("a draw has a number for each objective, in units of its deviation") {
  // (-1, -2) and (1, -2), weighted by halves: scalars of -0.575 and 0.475.
  const std::vector<double> draws = {-1, -1, 1, -1};
  CHECK(log_expected_scalar_improvement(std::vector<double>{0, 0}, std::vector<double>{1, 2},
                                        std::vector<double>{0.5, 0.5}, 1,
                                        draws) == Approx(std::log((1.575 + 0.525) / 2)));
}

TEST_CASE("where no draw improves the nearer mean is the better") {
  CHECK(one_objective_improvement(1, 0, 1.05, {0, 0}) == Approx(-800).epsilon(1e-15));
  CHECK(one_objective_improvement(2, 0.1, 1.05, {0, 1}) == Approx(-801.05).epsilon(1e-15));
  CHECK(one_objective_improvement(1, 0, 1.05, {}) == Approx(-800).epsilon(1e-15));
}

TEST_CASE("no improvement of the scalar is worse than none") {
  constexpr double kLeast = std::numeric_limits<double>::denorm_min();
  CHECK(one_objective_improvement(0, 1, kLeast, {0, 1, 1, 1}) > -800);
}

}  // namespace
}  // namespace quarry::search
