#include "search/pareto/reference_directions.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "search/pareto/dominance.hpp"
#include "tests/support/points.hpp"

namespace quarry::search {
namespace {

double least_distance(const Points& points) {
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      double square = 0.0;
      for (std::size_t k = 0; k < points.dimensions; ++k)
        square += (points[i][k] - points[j][k]) * (points[i][k] - points[j][k]);
      least = std::min(least, std::sqrt(square));
    }
  }
  return least;
}

bool contains(const Points& points, const std::vector<double>& row) {
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (std::ranges::equal(points[i], row)) return true;
  }
  return false;
}

TEST_CASE("the lattice of three dimensions and two partitions is the corners and the middles") {
  CHECK(das_dennis_directions(3, 2).values ==
        points_of(3, {{0, 0, 1}, {0, 0.5, 0.5}, {0, 1, 0}, {0.5, 0, 0.5}, {0.5, 0.5, 0}, {1, 0, 0}})
            .values);
}

TEST_CASE("the lattice has as many directions as its count says") {
  CHECK(das_dennis_count(3, 12) == 91);
  CHECK(das_dennis_count(5, 6) == 210);
  for (std::size_t dimensions = 1; dimensions <= 6; ++dimensions) {
    for (std::size_t partitions = 0; partitions <= 7; ++partitions)
      CHECK(das_dennis_directions(dimensions, partitions).size() ==
            das_dennis_count(dimensions, partitions));
  }
}

TEST_CASE("one dimension has one direction, no dimensions none, and no partitions the centre") {
  CHECK(das_dennis_directions(1, 9).values == std::vector<double>{1});
  CHECK(das_dennis_directions(4, 0).values == std::vector<double>{0.25, 0.25, 0.25, 0.25});
  CHECK(das_dennis_count(0, 5) == 0);
  CHECK(das_dennis_directions(0, 5).size() == 0);
}

TEST_CASE("a lattice past counting has the largest count") {
  constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max();
  CHECK(das_dennis_count(2, kMost) == kMost);
  CHECK(das_dennis_count(60, 60) == kMost);
  CHECK(das_dennis_count(kMost, 1) == kMost);
}

TEST_CASE("the fewest partitions give as many directions as asked for, one less would not") {
  CHECK(das_dennis_partitions(3, 91) == 12);
  CHECK(das_dennis_partitions(3, 92) == 13);
  CHECK(das_dennis_partitions(2, 1) == 1);
  CHECK(das_dennis_partitions(2, 1000000) == 999999);
  CHECK(das_dennis_partitions(10, 11) == 2);
  CHECK(das_dennis_partitions(4, 0) == 1);
  CHECK(das_dennis_partitions(1, 7) == 1);
}

TEST_CASE("directions of least energy are on the simplex, each once, as many as asked for") {
  Rng rng(51);
  for (std::size_t dimensions = 2; dimensions <= 10; ++dimensions) {
    for (const std::size_t count : {1U, 2U, 11U, 30U}) {
      const Points directions = riesz_directions(dimensions, count, rng);
      REQUIRE(directions.size() == count);
      CHECK(non_dominated(directions).size() == count);
      for (std::size_t i = 0; i < count; ++i) {
        double sum = 0.0;
        for (const double value : directions[i]) sum += value;
        CHECK(sum == Approx(1.0).epsilon(1e-15));
        CHECK(std::ranges::min(directions[i]) >= 0.0);
      }
    }
  }
}

TEST_CASE("directions of least energy include the corners") {
  Rng rng(52);
  const Points directions = riesz_directions(4, 33, rng);
  CHECK(contains(directions, {1, 0, 0, 0}));
  CHECK(contains(directions, {0, 1, 0, 0}));
  CHECK(contains(directions, {0, 0, 1, 0}));
  CHECK(contains(directions, {0, 0, 0, 1}));
}

TEST_CASE("two dimensions are divided evenly, and one has a single direction") {
  Rng rng(53);
  CHECK(riesz_directions(2, 3, rng).values == std::vector<double>{0, 1, 0.5, 0.5, 1, 0});
  CHECK(riesz_directions(1, 5, rng).values == std::vector<double>{1});
  CHECK(riesz_directions(3, 0, rng).size() == 0);
  CHECK(riesz_directions(0, 3, rng).size() == 0);
}

TEST_CASE("directions of least energy are spaced almost as evenly as a lattice of their number") {
  Rng rng(54);
  // Sides of 1 / 12 and 1 / 13 of sqrt(2): what 91 and 105 directions of three have.
  CHECK(least_distance(riesz_directions(3, 91, rng)) > 0.999 * std::sqrt(2.0) / 12);
  CHECK(least_distance(riesz_directions(3, 100, rng)) > 0.9 * std::sqrt(2.0) / 13);
}

TEST_CASE("equal generators give equal directions") {
  Rng one(55);
  Rng same(55);
  Rng other(56);
  const Points directions = riesz_directions(5, 23, one);
  CHECK(directions.values == riesz_directions(5, 23, same).values);
  CHECK(directions.values != riesz_directions(5, 23, other).values);
}

TEST_CASE("directions come in lexicographic order") {
  Rng rng(57);
  const Points directions = riesz_directions(3, 40, rng);
  for (std::size_t i = 1; i < directions.size(); ++i)
    CHECK(std::ranges::lexicographical_compare(directions[i - 1], directions[i]));
}

}  // namespace
}  // namespace quarry::search
