// How reference directions are spread and which of them a point belongs to.
#include "search/algorithms/directions.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/support/points.hpp"

namespace quarry::search {
namespace {

// Lengths of one that no rounding touches.
const Points kExact = points_of(4, {{1, 0, 0, 0}, {0.5, 0.5, 0.5, 0.5}, {0, 0, 0, 1}});

std::pair<std::size_t, double> nearest(const Points& directions, const std::vector<double>& point) {
  return nearest_direction(directions, point);
}

TEST_CASE("two objectives have a lattice of directions, one objective has one") {
  CHECK(simplex_directions(2, 3, Rng(1)).values == std::vector<double>{0, 1, 0.5, 0.5, 1, 0});
  CHECK(simplex_directions(1, 7, Rng(1)).values == std::vector<double>{1});
  CHECK(simplex_directions(3, 0, Rng(1)).size() == 0);
}

TEST_CASE("a single direction is the middle") {
  CHECK(simplex_directions(4, 1, Rng(1)).values == std::vector<double>{0.25, 0.25, 0.25, 0.25});
  CHECK(unit_directions(4, 1, Rng(1)).values == std::vector<double>{0.5, 0.5, 0.5, 0.5});
}

TEST_CASE("there are as many directions as asked for up to 500") {
  CHECK(simplex_directions(2, 499, Rng(1)).size() == 499);
  CHECK(simplex_directions(2, 500, Rng(1)).size() == 500);
  CHECK(simplex_directions(2, 501, Rng(1)).size() == 500);
  CHECK(unit_directions(2, 10000, Rng(1)).size() == 500);
}

TEST_CASE("unit directions are those of the simplex at length one") {
  const Points simplex = simplex_directions(3, 20, Rng(2));
  const Points unit = unit_directions(3, 20, Rng(2));
  REQUIRE(unit.size() == 20);
  for (std::size_t i = 0; i < unit.size(); ++i) {
    const auto [x, y, z] = std::tuple(unit[i][0], unit[i][1], unit[i][2]);
    CHECK(std::hypot(x, y, z) == Approx(1).epsilon(1e-15));
    for (std::size_t k = 0; k < 3; ++k)
      CHECK(unit[i][k] / (x + y + z) == Approx(simplex[i][k]).epsilon(1e-14));
  }
}

TEST_CASE("the nearest direction is the one along which a point reaches farthest") {
  // 4 along the middle, of a length of sqrt(20); 3 along the first axis, of a length of sqrt(10).
  CHECK(nearest(kExact, {3, 3, 1, 1}) == std::pair<std::size_t, double>(1, 2.0));
  CHECK(nearest(kExact, {3, 0, 1, 0}) == std::pair<std::size_t, double>(0, 1.0));
  CHECK(nearest(kExact, {0, 0, 0, 5}) == std::pair<std::size_t, double>(2, 0.0));
}

TEST_CASE("how long a point is changes its distance and not its direction") {
  CHECK(nearest(kExact, {300, 300, 100, 100}) == std::pair<std::size_t, double>(1, 200.0));
}

TEST_CASE("of equally near and of equal directions the first is the nearest") {
  CHECK(nearest(kExact, {3, 1, 1, 1}).first == 0);
  CHECK(nearest(points_of(2, {{1, 0}, {0, 1}, {0, 1}}), {1, 2}).first == 1);
  CHECK(nearest(kExact, {0, 0, 0, 0}) == std::pair<std::size_t, double>(0, 0.0));
}

TEST_CASE("one objective has one direction and every point lies on it") {
  CHECK(nearest(unit_directions(1, 9, Rng(3)), {0.7}) == std::pair<std::size_t, double>(0, 0.0));
}

TEST_CASE("a direction goes on behind the ideal point") {
  const Points axes = points_of(2, {{0, 1}, {1, 0}});
  CHECK(nearest(axes, {-3, -1}).first == 1);
  CHECK(nearest(axes, {-3, -1}).second == Approx(1));
  CHECK(nearest(axes, {-3, 1}).first == 1);
}

TEST_CASE("a point on its direction is at no distance, whatever the rounding") {
  const Points directions = unit_directions(3, 50, Rng(4));
  for (std::size_t i = 0; i < directions.size(); ++i) {
    std::vector<double> point;
    for (const double value : directions[i]) point.push_back(0.3 * value);
    CHECK(nearest(directions, point).first == i);
    CHECK(nearest(directions, point).second == Approx(0).margin(1e-7));
  }
}

}  // namespace
}  // namespace quarry::search
