#include "search/pareto/indicators.hpp"

#include <catch2/catch.hpp>
#include <limits>

#include "tests/support/points.hpp"

namespace quarry::search {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST_CASE("IGD+ counts only the objectives in which a point is worse") {
  const Points front = points_of(2, {{0, 4}, {4, 0}});
  // (3, 8) is 3 and 4 beyond (0, 4); beyond (4, 0) it is 0 and 8.
  CHECK(igd_plus(points_of(2, {{3, 8}}), front) == (5.0 + 8.0) / 2);
  CHECK(igd_plus(points_of(2, {{3, 8}, {4, 2}}), front) == (4.0 + 2.0) / 2);
}

TEST_CASE("IGD+ is zero where every point of the front is reached or beaten") {
  const Points front = points_of(2, {{1, 3}, {3, 1}});
  CHECK(igd_plus(front, front) == 0.0);
  CHECK(igd_plus(points_of(2, {{1, 1}}), front) == 0.0);
}

TEST_CASE("no points are infinitely far, and an empty front is near to all") {
  const Points some = points_of(2, {{1, 3}});
  CHECK(igd_plus(Points(2), some) == kInfinity);
  CHECK(additive_epsilon(Points(2), some) == kInfinity);
  CHECK(igd_plus(some, Points(2)) == 0.0);
  CHECK(additive_epsilon(some, Points(2)) == 0.0);
}

TEST_CASE("a point that another dominates never makes IGD+ or epsilon better") {
  Rng rng(61);
  const Points front = random_points(10, 3, rng);
  for (int round = 0; round < 50; ++round) {
    const Points better = random_points(1, 3, rng);
    Points worse = better;
    worse.values[rng.below(3)] += rng.uniform();
    CHECK(igd_plus(better, front) <= igd_plus(worse, front));
    CHECK(additive_epsilon(better, front) <= additive_epsilon(worse, front));
  }
}

TEST_CASE("epsilon is what must be taken off for the last point of the front") {
  const Points front = points_of(2, {{0, 4}, {4, 0}});
  CHECK(additive_epsilon(points_of(2, {{1, 4}, {4, 3}}), front) == 3.0);
  CHECK(additive_epsilon(points_of(2, {{1, 4}, {4, 3}, {6, 2}}), front) == 2.0);
  CHECK(additive_epsilon(front, front) == 0.0);
}

TEST_CASE("epsilon is negative where the front is beaten everywhere") {
  CHECK(additive_epsilon(points_of(2, {{0, 0}}), points_of(2, {{2, 5}, {3, 1}})) == -1.0);
}

TEST_CASE("the knee is the member farthest below the line between the ends") {
  // Normalised: (0, 1), (0.75, 0.49) above the line, (0.25, 0.6) below it, (1, 0).
  const Points points = points_of(2, {{0, 100}, {3, 49}, {1, 60}, {4, 0}});
  CHECK(knee_point(points) == 2U);
}

TEST_CASE("objectives of other scales have the same knee") {
  CHECK(knee_point(points_of(2, {{0, 1e9}, {1, 2e8}, {5, 1e8}, {9, 0}})) == 1U);
  CHECK(knee_point(points_of(2, {{0, 1}, {1e-9, 0.2}, {5e-9, 0.1}, {9e-9, 0}})) == 1U);
}

TEST_CASE("a bulge away from the ideal has no knee but an end") {
  CHECK(knee_point(points_of(2, {{0, 4}, {3, 3}, {4, 0}})) == 0U);
}

TEST_CASE("the members of a straight front are all as good: the first is the knee") {
  Points points(2);
  for (int i = 0; i <= 10; ++i) points.add(std::vector<double>{0.1 * i, 1.0 - 0.1 * i});
  CHECK(knee_point(points) == 0U);
}

TEST_CASE("one point is its own knee, of two or of equal ones it is the first, of none nothing") {
  CHECK_FALSE(knee_point(Points(3)).has_value());
  CHECK(knee_point(points_of(2, {{7, 7}})) == 0U);
  CHECK(knee_point(points_of(2, {{1, 2}, {2, 1}})) == 0U);
  CHECK(knee_point(points_of(2, {{5, 5}, {5, 5}, {5, 5}})) == 0U);
}

TEST_CASE("a flat objective does not move the knee") {
  CHECK(knee_point(points_of(3, {{0, 8, 4}, {1, 8, 1}, {4, 8, 0}})) == 1U);
}

TEST_CASE("dominated points neither are the knee nor stretch the ranges") {
  // Without (100, 100): normalised (0, 1), (0.5, 0.25), (1, 0).
  CHECK(knee_point(points_of(2, {{100, 100}, {0, 4}, {2, 1}, {4, 0}, {2, 2}})) == 2U);
}

TEST_CASE("the knee of three objectives is below the plane of the three corners") {
  const Points points = points_of(3, {{6, 0, 0}, {0, 6, 0}, {0, 0, 6}, {2, 2, 2}, {1, 2, 1}});
  CHECK(knee_point(points) == 4U);
}

}  // namespace
}  // namespace quarry::search
