#include "search/pareto/hypervolume.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "search/core/rng.hpp"

namespace quarry::search {
namespace {

Points points_of(std::size_t dimensions, const std::vector<std::vector<double>>& rows) {
  Points points(dimensions);
  for (const auto& row : rows) points.add(row);
  return points;
}

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

TEST_CASE("the sweeps and the recursion agree with inclusion-exclusion") {
  Rng rng(5);
  for (const std::size_t dimensions : {1U, 2U, 3U, 4U, 5U}) {
    for (int round = 0; round < 20; ++round) {
      Points points(dimensions);
      for (int i = 0; i < 9; ++i) {
        std::vector<double> point;
        // A coarse grid makes ties and duplicates common.
        for (std::size_t k = 0; k < dimensions; ++k)
          point.push_back(static_cast<double>(rng.below(6)));
        points.add(point);
      }
      const std::vector<double> reference(dimensions, 5.0);
      CHECK(hypervolume(points, reference) ==
            Approx(by_inclusion_exclusion(points, reference)).epsilon(1e-12));
    }
  }
}

TEST_CASE("the gain of a candidate is the difference it makes") {
  Rng rng(6);
  for (const std::size_t dimensions : {2U, 3U}) {
    for (int round = 0; round < 20; ++round) {
      Points points(dimensions);
      std::vector<double> candidate;
      for (std::size_t k = 0; k < dimensions; ++k) candidate.push_back(rng.uniform());
      for (int i = 0; i < 8; ++i) {
        std::vector<double> point;
        for (std::size_t k = 0; k < dimensions; ++k) point.push_back(rng.uniform());
        points.add(point);
      }
      const std::vector<double> reference(dimensions, 1.0);
      Points with = points;
      with.add(candidate);
      const double expected = hypervolume(with, reference) - hypervolume(points, reference);
      CHECK(hypervolume_gain(points, candidate, reference) == Approx(expected).margin(1e-12));
    }
  }
}

}  // namespace
}  // namespace quarry::search
