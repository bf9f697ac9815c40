// The scale that the extreme points of a front give its objectives, by planes with whole numbers.
#include "search/pareto/normalisation.hpp"

#include <catch2/catch.hpp>

#include "tests/support/points.hpp"

namespace quarry::search {
namespace {

using Numbers = std::vector<double>;

// Three extreme points, and three that reach the ideal point (0, 0, 0) and the largest values, 5.
Points front_with_extremes(const std::vector<Numbers>& extremes) {
  Points front = points_of(3, {{0, 5, 5}, {5, 0, 5}, {5, 5, 0}});
  for (const Numbers& extreme : extremes) front.add(extreme);
  return front;
}

TEST_CASE("two objectives range from the ideal point to the ends of the front") {
  const Normalisation found = normalise_front(points_of(2, {{10, -1}, {11, -4}, {12, -5}}));
  CHECK(found.ideal == Numbers{10, -5});
  CHECK(found.range[0] == Approx(2));
  CHECK(found.range[1] == Approx(4));
}

TEST_CASE("the range of an objective ends where the plane of the extreme points cuts its axis") {
  // They lie on x + y + z = 6, beyond every value of the front.
  const Normalisation found =
      normalise_front(front_with_extremes({{4, 1, 1}, {1, 4, 1}, {1, 1, 4}}));
  CHECK(found.ideal == Numbers{0, 0, 0});
  for (const double range : found.range) CHECK(range == Approx(6));
}

TEST_CASE("members may lie beyond the plane") {
  // x + y + z = 4, and the front reaches 5.
  const Normalisation found =
      normalise_front(front_with_extremes({{2, 1, 1}, {1, 2, 1}, {1, 1, 2}}));
  for (const double range : found.range) CHECK(range == Approx(4));
}

TEST_CASE("extreme points may lie far from their axes") {
  // The first three lie on x + y + z = 12.
  const Points front = points_of(3, {{7, 5, 0}, {4, 5.5, 2.5}, {0, 4, 8}, {9, 0, 9}, {0, 9, 9}});
  const Normalisation found = normalise_front(front);
  for (const double range : found.range) CHECK(range == Approx(12));
}

TEST_CASE("each axis is cut at its own height, wherever the ideal point lies") {
  // From the ideal point on, the first three lie on x / 6 + y / 3 + z / 9 = 1.
  Points front = points_of(3, {{104, 0.5, -5.5}, {101, 2, -5.5}, {101, 0.5, -1}});
  for (const Numbers& far : {Numbers{100, 2.5, 0}, {105, 0, 0}, {105, 2.5, -7}}) front.add(far);
  const Normalisation found = normalise_front(front);
  CHECK(found.ideal == Numbers{100, 0, -7});
  CHECK(found.range[0] == Approx(6));
  CHECK(found.range[1] == Approx(3));
  CHECK(found.range[2] == Approx(9));
}

TEST_CASE("a plane that cuts more than twice as far as the front reaches is not used") {
  // x + y + z = 11.
  CHECK(normalise_front(front_with_extremes({{4, 3.5, 3.5}, {3.5, 4, 3.5}, {3.5, 3.5, 4}})).range ==
        Numbers{5, 5, 5});
}

TEST_CASE("a plane that cuts an axis below the ideal point is not used for any axis") {
  // (x + y) / 4 - z / 2 = 1.
  CHECK(normalise_front(front_with_extremes({{5, 1, 1}, {1, 5, 1}, {4, 4, 2}})).range ==
        Numbers{5, 5, 5});
}

TEST_CASE("a plane along an axis is not used") {
  // z = 1.
  CHECK(normalise_front(front_with_extremes({{5, 1, 1}, {1, 5, 1}, {4, 4, 1}})).range ==
        Numbers{5, 5, 5});
}

TEST_CASE("fewer points than objectives range to their largest values") {
  CHECK(normalise_front(points_of(3, {{1, 2, 9}, {4, 2, 7}})).range == Numbers{3, 1, 2});
}

TEST_CASE("a flat objective has the range one and the others their own") {
  const Normalisation found = normalise_front(points_of(2, {{3, 7}, {1, 7}}));
  CHECK(found.ideal == Numbers{1, 7});
  CHECK(found.range == Numbers{2, 1});
}

TEST_CASE("a point alone and its copies have the range one everywhere") {
  CHECK(normalise_front(points_of(2, {{-3, 8}})).range == Numbers{1, 1});
  CHECK(normalise_front(points_of(2, {{-3, 8}, {-3, 8}, {-3, 8}})).range == Numbers{1, 1});
  CHECK(normalise_front(points_of(2, {{-3, 8}})).ideal == Numbers{-3, 8});
}

TEST_CASE("copies of the members do not move the range") {
  const Points front = points_of(2, {{0, 4}, {0, 4}, {1, 1}, {2, 0}, {2, 0}});
  CHECK(normalise_front(front).range[0] == Approx(2));
  CHECK(normalise_front(front).range[1] == Approx(4));
}

TEST_CASE("one objective ranges from its smallest to its largest value") {
  const Normalisation found = normalise_front(points_of(1, {{6}, {2}, {3}}));
  CHECK(found.ideal == Numbers{2});
  CHECK(found.range == Numbers{4});
}

TEST_CASE("points are moved by the ideal point and divided by the range, in order") {
  const Normalisation normalisation{.ideal = {1, 10}, .range = {2, 5}};
  const Points unit = normalisation.applied_to(points_of(2, {{1, 10}, {3, 15}, {2, 0}}));
  CHECK(unit.dimensions == 2);
  CHECK(unit.values == Numbers{0, 0, 1, 1, 0.5, -2});
  CHECK(normalisation.applied_to(Points(2)).size() == 0);
}

}  // namespace
}  // namespace quarry::search
