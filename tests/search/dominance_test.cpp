#include "search/pareto/dominance.hpp"

#include <catch2/catch.hpp>
#include <limits>

#include "search/core/rng.hpp"

namespace quarry::search {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Points points_of(const std::vector<std::vector<double>>& rows) {
  Points points(rows.front().size());
  for (const auto& row : rows) points.add(row);
  return points;
}

// Peels fronts one by one, straight from the definition.
std::vector<std::uint32_t> ranks_by_definition(const Points& points,
                                               const std::vector<double>& violations) {
  constexpr std::uint32_t kUnranked = 1000000;
  std::vector<std::uint32_t> ranks(points.size(), kUnranked);
  for (std::uint32_t rank = 0; std::ranges::count(ranks, kUnranked) > 0; ++rank) {
    std::vector<std::size_t> front;
    for (std::size_t i = 0; i < points.size(); ++i) {
      bool beaten = ranks[i] != kUnranked;
      for (std::size_t j = 0; j < points.size() && !beaten; ++j) {
        beaten = ranks[j] == kUnranked &&
                 constrained_dominates(points[j], violations[j], points[i], violations[i]);
      }
      if (!beaten) front.push_back(i);
    }
    for (const std::size_t i : front) ranks[i] = rank;
  }
  return ranks;
}

TEST_CASE("a point does not dominate its own copy") {
  const std::vector<double> point = {1.0, 2.0};
  CHECK_FALSE(dominates(point, point));
}

TEST_CASE("a point dominates another that is nowhere better and somewhere worse") {
  CHECK(dominates(std::vector{1.0, 2.0}, std::vector{1.0, 3.0}));
  CHECK_FALSE(dominates(std::vector{1.0, 4.0}, std::vector{2.0, 3.0}));
}

TEST_CASE("feasibility comes before objectives") {
  const std::vector<double> good = {0.0, 0.0};
  const std::vector<double> bad = {9.0, 9.0};
  CHECK(constrained_dominates(bad, 0.0, good, 0.1));
  CHECK(constrained_dominates(bad, 0.1, good, 0.2));
  CHECK_FALSE(constrained_dominates(good, 0.2, bad, 0.2));
}

TEST_CASE("ranks of a hand-made set") {
  const Points points = points_of({{1, 4}, {2, 3}, {2, 4}, {3, 3}, {3, 5}, {1, 4}});
  CHECK(non_dominated_ranks(points, {}) == std::vector<std::uint32_t>{0, 0, 1, 1, 2, 0});
}

TEST_CASE("infeasible points rank behind all feasible ones, by violation") {
  const Points points = points_of({{1, 1}, {0, 0}, {5, 5}, {0, 0}});
  CHECK(non_dominated_ranks(points, std::vector{0.0, 0.5, 0.0, 0.2}) ==
        std::vector<std::uint32_t>{0, 3, 1, 2});
}

TEST_CASE("a population of only infeasible points is ranked by violation, ties together") {
  const Points points = points_of({{1, 1}, {0, 0}, {5, 5}});
  CHECK(non_dominated_ranks(points, std::vector{2.0, 1.0, 1.0}) ==
        std::vector<std::uint32_t>{1, 0, 0});
}

TEST_CASE("ranks agree with the definition for two, three and four objectives") {
  Rng rng(11);
  for (const std::size_t objectives : {2U, 3U, 4U}) {
    Points points(objectives);
    std::vector<double> violations;
    for (int i = 0; i < 120; ++i) {
      std::vector<double> point;
      for (std::size_t k = 0; k < objectives; ++k)
        point.push_back(static_cast<double>(rng.below(6)));
      points.add(point);
      violations.push_back(rng.chance(0.8) ? 0.0 : static_cast<double>(rng.below(3)));
    }
    CHECK(non_dominated_ranks(points, violations) == ranks_by_definition(points, violations));
  }
}

TEST_CASE("crowding is infinite at the ends and the normalised gap between") {
  const Points points = points_of({{0, 4}, {1, 2}, {4, 0}});
  const std::vector<std::size_t> front = {0, 1, 2};
  CHECK(crowding_distances(points, front) == std::vector<double>{kInfinity, 2.0, kInfinity});
}

TEST_CASE("an objective in which all are equal adds no crowding") {
  const Points points = points_of({{0, 7}, {1, 7}, {4, 7}});
  const std::vector<std::size_t> front = {0, 1, 2};
  CHECK(crowding_distances(points, front) == std::vector<double>{kInfinity, 1.0, kInfinity});
  const Points equal = points_of({{3, 3}, {3, 3}});
  CHECK(crowding_distances(equal, std::vector<std::size_t>{0, 1}) == std::vector<double>{0.0, 0.0});
}

TEST_CASE("the non-dominated of equal points is the first") {
  CHECK(non_dominated(points_of({{2, 2}, {1, 3}, {2, 2}, {3, 3}})) ==
        std::vector<std::size_t>{0, 1});
}

}  // namespace
}  // namespace quarry::search
