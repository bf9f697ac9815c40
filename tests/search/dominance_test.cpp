#include "search/pareto/dominance.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>

#include "tests/support/points.hpp"

namespace quarry::search {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

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
  const Points points = points_of(2, {{1, 4}, {2, 3}, {2, 4}, {3, 3}, {3, 5}, {1, 4}});
  CHECK(non_dominated_ranks(points, {}) == std::vector<std::uint32_t>{0, 0, 1, 1, 2, 0});
}

TEST_CASE("infeasible points rank behind all feasible ones, by violation") {
  const Points points = points_of(2, {{1, 1}, {0, 0}, {5, 5}, {0, 0}});
  CHECK(non_dominated_ranks(points, std::vector{0.0, 0.5, 0.0, 0.2}) ==
        std::vector<std::uint32_t>{0, 3, 1, 2});
}

TEST_CASE("a population of only infeasible points is ranked by violation, ties together") {
  const Points points = points_of(2, {{1, 1}, {0, 0}, {5, 5}});
  CHECK(non_dominated_ranks(points, std::vector{2.0, 1.0, 1.0}) ==
        std::vector<std::uint32_t>{1, 0, 0});
}

TEST_CASE("no points have no ranks, and one point alone has the first") {
  for (const std::size_t objectives : {1U, 2U, 3U, 4U}) {
    CHECK(non_dominated_ranks(Points(objectives), {}).empty());
    CHECK(non_dominated(Points(objectives)).empty());
    Rng rng(1);
    const Points one = grid_points(1, objectives, 9, rng);
    CHECK(non_dominated_ranks(one, {}) == std::vector<std::uint32_t>{0});
    CHECK(non_dominated(one) == std::vector<std::size_t>{0});
  }
}

TEST_CASE("points that differ in one objective only are ranked by it") {
  const Points points = points_of(3, {{1, 2, 7}, {1, 1, 7}, {1, 3, 7}, {1, 2, 7}});
  CHECK(non_dominated_ranks(points, {}) == std::vector<std::uint32_t>{1, 0, 2, 1});
  CHECK(non_dominated_ranks(points_of(1, {{5}, {3}, {5}}), {}) ==
        std::vector<std::uint32_t>{1, 0, 1});
}

TEST_CASE("zero and negative zero are the same objective") {
  const Points points = points_of(2, {{0.0, 1.0}, {-0.0, 1.0}, {-0.0, 2.0}});
  CHECK(non_dominated_ranks(points, {}) == std::vector<std::uint32_t>{0, 0, 1});
}

TEST_CASE("ranks agree with the definition for one to five objectives") {
  Rng rng(11);
  for (const std::size_t objectives : {1U, 2U, 3U, 4U, 5U}) {
    for (const std::uint64_t levels : {2U, 6U, 1000U}) {
      const Points points = grid_points(120, objectives, levels, rng);
      std::vector<double> violations;
      for (std::size_t i = 0; i < points.size(); ++i)
        violations.push_back(rng.chance(0.8) ? 0.0 : static_cast<double>(rng.below(3)));
      CHECK(non_dominated_ranks(points, violations) == ranks_by_definition(points, violations));
      CHECK(non_dominated_ranks(points, {}) ==
            ranks_by_definition(points, std::vector<double>(points.size())));
    }
  }
}

TEST_CASE("crowding is infinite at the ends and the normalised gap between") {
  const Points points = points_of(2, {{0, 4}, {1, 2}, {4, 0}});
  const std::vector<std::size_t> front = {0, 1, 2};
  CHECK(crowding_distances(points, front) == std::vector<double>{kInfinity, 2.0, kInfinity});
}

TEST_CASE("an objective in which all are equal adds no crowding") {
  const Points points = points_of(2, {{0, 7}, {1, 7}, {4, 7}});
  const std::vector<std::size_t> front = {0, 1, 2};
  CHECK(crowding_distances(points, front) == std::vector<double>{kInfinity, 1.0, kInfinity});
  const Points equal = points_of(2, {{3, 3}, {3, 3}});
  CHECK(crowding_distances(equal, std::vector<std::size_t>{0, 1}) == std::vector<double>{0.0, 0.0});
}

TEST_CASE("equal members share their place on the front by index") {
  const Points points = points_of(2, {{0, 4}, {2, 2}, {2, 2}, {4, 0}});
  const std::vector<std::size_t> front = {0, 1, 2, 3};
  CHECK(crowding_distances(points, front) == std::vector<double>{kInfinity, 1.0, 1.0, kInfinity});
}

TEST_CASE("a range beyond the largest double adds no crowding") {
  const Points points = points_of(2, {{-1e308, 2}, {0, 1}, {1e308, 0}});
  const std::vector<std::size_t> front = {0, 1, 2};
  CHECK(crowding_distances(points, front) == std::vector<double>{kInfinity, 1.0, kInfinity});
}

// Front by front, as rank_and_crowd may not.
Ranking ranked_in_steps(const Points& points, std::span<const double> violations) {
  Ranking ranking{.ranks = non_dominated_ranks(points, violations),
                  .crowding = std::vector<double>(points.size())};
  for (std::uint32_t rank = 0; rank < points.size(); ++rank) {
    std::vector<std::size_t> front;
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (ranking.ranks[i] == rank) front.push_back(i);
    }
    const std::vector<double> distances = crowding_distances(points, front);
    for (std::size_t j = 0; j < front.size(); ++j) ranking.crowding[front[j]] = distances[j];
  }
  return ranking;
}

TEST_CASE("ranking and crowding at once gives what the two give one by one") {
  Rng rng(12);
  RankingScratch scratch;
  Ranking ranking;
  for (const std::size_t objectives : {1U, 2U, 3U, 4U}) {
    for (const std::size_t count : {0U, 1U, 2U, 30U, 120U, 60U}) {
      const Points points = grid_points(count, objectives, 8, rng);
      std::vector<double> violations;
      while (violations.size() < count)
        violations.push_back(rng.chance(0.7) ? 0.0 : static_cast<double>(rng.below(3)));
      rank_and_crowd(points, violations, scratch, ranking);
      CHECK(ranking == ranked_in_steps(points, violations));
      rank_and_crowd(points, {}, scratch, ranking);
      CHECK(ranking == ranked_in_steps(points, {}));
    }
  }
}

TEST_CASE("the non-dominated of equal points is the first") {
  CHECK(non_dominated(points_of(2, {{2, 2}, {1, 3}, {2, 2}, {3, 3}})) ==
        std::vector<std::size_t>{0, 1});
}

TEST_CASE("the non-dominated are the first of equal points on the first front") {
  Rng rng(13);
  for (const std::size_t objectives : {1U, 2U, 3U, 4U, 5U}) {
    const Points points = grid_points(80, objectives, 5, rng);
    const std::vector<std::uint32_t> ranks = non_dominated_ranks(points, {});
    std::vector<std::size_t> expected;
    for (std::size_t i = 0; i < points.size(); ++i) {
      const bool first = std::ranges::none_of(
          expected, [&](std::size_t j) { return std::ranges::equal(points[i], points[j]); });
      if (ranks[i] == 0 && first) expected.push_back(i);
    }
    CHECK(non_dominated(points) == expected);
  }
}

}  // namespace
}  // namespace quarry::search
