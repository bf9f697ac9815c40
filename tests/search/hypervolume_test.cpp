#include "search/pareto/hypervolume.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "search/pareto/dominance.hpp"
#include "tests/support/points.hpp"

namespace quarry::search {
namespace {

// Inclusion-exclusion over all subsets: slow and independent of every algorithm here.
double by_inclusion_exclusion(const Points& points, std::span<const double> reference) {
  double total = 0.0;
  for (std::uint32_t subset = 1; subset < (1U << points.size()); ++subset) {
    std::vector<double> corner(points.dimensions, -1e300);
    int members = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
      if ((subset >> i & 1U) == 0) continue;
      ++members;
      for (std::size_t k = 0; k < points.dimensions; ++k)
        corner[k] = std::max(corner[k], points[i][k]);
    }
    double volume = 1.0;
    for (std::size_t k = 0; k < points.dimensions; ++k)
      volume *= std::max(0.0, reference[k] - corner[k]);
    total += members % 2 == 1 ? volume : -volume;
  }
  return total;
}

TEST_CASE("the hypervolume of two overlapping boxes counts the overlap once") {
  const Points points = points_of(2, {{1, 2}, {2, 1}});
  CHECK(hypervolume(points, std::vector{3.0, 3.0}) == 3.0);
}

TEST_CASE("the hypervolume of three unit-step boxes in space") {
  const Points points = points_of(3, {{0, 1, 1}, {1, 0, 1}, {1, 1, 0}});
  CHECK(hypervolume(points, std::vector{2.0, 2.0, 2.0}) == 4.0);
}

TEST_CASE("points on or beyond the reference add nothing") {
  const Points points = points_of(2, {{3, 0}, {0, 3}, {4, 4}});
  CHECK(hypervolume(points, std::vector{3.0, 3.0}) == 0.0);
  CHECK(hypervolume(Points(2), std::vector{3.0, 3.0}) == 0.0);
}

TEST_CASE("duplicates and dominated points change nothing") {
  const Points points = points_of(3, {{1, 1, 1}, {1, 1, 1}, {1.5, 1, 1}, {1, 1.5, 1.5}});
  CHECK(hypervolume(points, std::vector{2.0, 2.0, 2.0}) == 1.0);
}

TEST_CASE("one objective: the distance of the best to the reference") {
  CHECK(hypervolume(points_of(1, {{4}, {2}, {3}}), std::vector{5.0}) == 3.0);
}

// Cell by cell of the unit grid below the reference: independent, too, and for any number of
// points.
double by_counting_cells(const Points& points, std::uint64_t levels) {
  double total = 0.0;
  std::vector<double> cell(points.dimensions, 0.0);
  for (std::size_t k = 0; k < cell.size();) {
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (!weakly_dominates(points[i], cell)) continue;
      total += 1.0;
      break;
    }
    for (k = 0; k < cell.size() && ++cell[k] >= static_cast<double>(levels); ++k) cell[k] = 0.0;
  }
  return total;
}

TEST_CASE("the volume of one to six objectives is that of inclusion-exclusion") {
  Rng rng(5);
  for (const std::size_t objectives : {1U, 2U, 3U, 4U, 5U, 6U}) {
    const std::vector<double> reference(objectives, 5.0);
    for (int round = 0; round < 20; ++round) {
      const Points points = grid_points(9, objectives, 6, rng);
      CHECK(hypervolume(points, reference) == by_inclusion_exclusion(points, reference));
    }
  }
}

TEST_CASE("the volume of many points is that of counting cells") {
  Rng rng(7);
  for (const std::size_t objectives : {2U, 3U, 4U, 5U}) {
    for (const std::size_t count : {10U, 70U, 300U}) {
      const Points points = grid_points(count, objectives, 8, rng);
      CHECK(hypervolume(points, std::vector<double>(objectives, 8.0)) ==
            by_counting_cells(points, 8));
    }
  }
}

TEST_CASE("five thousand points on a plane leave the pyramid below it uncovered") {
  // All (x, y, z) with x + y + z = 99: what they dominate below 100 are the cells with a sum >= 99.
  Points points(3);
  for (int x = 0; x < 100; ++x) {
    for (int y = 0; x + y < 100; ++y)
      points.add(std::vector<double>{1.0 * x, 1.0 * y, 99.0 - x - y});
  }
  // The cells with a smaller sum are a pyramid of 99 layers: 99 * 100 * 101 / 6.
  CHECK(hypervolume(points, std::vector{100.0, 100.0, 100.0}) == 1e6 - 166650.0);
}

TEST_CASE("the gain of a candidate is the difference that it makes") {
  Rng rng(6);
  for (const std::size_t objectives : {1U, 2U, 3U, 4U, 5U}) {
    const std::vector<double> reference(objectives, 7.0);
    for (int round = 0; round < 30; ++round) {
      const Points points = grid_points(12, objectives, 8, rng);
      const Points candidate = grid_points(1, objectives, 8, rng);
      Points with = points;
      with.add(candidate[0]);
      CHECK(hypervolume_gain(points, candidate[0], reference) ==
            hypervolume(with, reference) - hypervolume(points, reference));
    }
  }
}

TEST_CASE("the gain of two objectives does not depend on the order of the points") {
  const Points sorted = points_of(2, {{1, 6}, {3, 5}, {5, 3}, {6, 1}});
  const Points shuffled = points_of(2, {{5, 3}, {6, 1}, {1, 6}, {3, 5}});
  const std::vector<double> candidate = {2, 2};
  const std::vector<double> reference = {7, 7};
  // The rectangle from (2, 2) to (6, 6) less what (3, 5) and (5, 3) have of it.
  CHECK(hypervolume_gain(sorted, candidate, reference) == 16.0 - 3.0 - 2.0);
  CHECK(hypervolume_gain(shuffled, candidate, reference) == 16.0 - 3.0 - 2.0);
}

TEST_CASE("a candidate that a point equals or dominates, or beyond the reference, gains nothing") {
  Rng rng(8);
  for (const std::size_t objectives : {1U, 2U, 3U, 4U}) {
    const Points points = random_points(20, objectives, rng);
    const std::vector<double> reference(objectives, 1.0);
    CHECK(hypervolume_gain(points, points[4], reference) == 0.0);
    std::vector<double> dominated(points[4].begin(), points[4].end());
    for (double& value : dominated) value = (value + 1.0) / 2.0;
    CHECK(hypervolume_gain(points, dominated, reference) == 0.0);
    CHECK(hypervolume_gain(points, reference, reference) == 0.0);
  }
}

TEST_CASE("contributions are what each box has alone") {
  const Points points = points_of(2, {{1, 3}, {2, 2}, {3, 1}});
  CHECK(hypervolume_contributions(points, std::vector{4.0, 4.0}) == std::vector<double>{1, 1, 1});
}

TEST_CASE("dominated, repeated and far points contribute nothing, and take from those above them") {
  const Points points = points_of(2, {{1, 1}, {2, 2}, {0, 3}, {0, 3}, {9, 0}});
  // (1, 1) has the rectangle up to (4, 3), less the (4 - 2) * (3 - 2) that it shares with (2, 2).
  CHECK(hypervolume_contributions(points, std::vector{4.0, 4.0}) ==
        std::vector<double>{4, 0, 0, 0, 0});
  CHECK(hypervolume_contributions(Points(2), std::vector{4.0, 4.0}).empty());
}

TEST_CASE("a contribution is what the volume loses without the point") {
  Rng rng(9);
  for (const std::size_t objectives : {1U, 2U, 3U, 4U, 5U}) {
    const std::vector<double> reference(objectives, 7.0);
    for (int round = 0; round < 20; ++round) {
      const Points points = grid_points(12, objectives, 8, rng);
      std::vector<double> lost;
      for (std::size_t i = 0; i < points.size(); ++i)
        lost.push_back(hypervolume(points, reference) - hypervolume(without(points, i), reference));
      CHECK(hypervolume_contributions(points, reference) == lost);
    }
  }
}

}  // namespace
}  // namespace quarry::search
