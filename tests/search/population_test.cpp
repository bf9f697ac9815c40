#include "search/algorithms/population.hpp"

#include <catch2/catch.hpp>

namespace quarry::search {
namespace {

Population three() {
  Population population;
  population.add({.trial = 7, .genome = 0}, std::vector<double>{1, 4}, 0.0, {});
  population.add({.trial = 8, .genome = 1}, std::vector<double>{2, 2}, 0.5, {});
  population.add({.trial = 9, .genome = 2}, std::vector<double>{4, 1}, 0.0, {});
  return population;
}

TEST_CASE("a population keeps the members that are named, in that order, in every column") {
  Population population = three();
  population.keep(std::vector<std::size_t>{2, 1});
  REQUIRE(population.size() == 2);
  CHECK(population.members[0].trial == 9);
  CHECK(population.objectives[0][0] == 4.0);
  CHECK(population.violations == std::vector<double>{0.0, 0.5});
}

TEST_CASE("margins stay beside their members") {
  Population more;
  more.add({}, std::vector<double>{1}, 0.25, std::vector<double>{0.25, -1});
  Population population = more;
  population.append(more);
  REQUIRE(population.margins.size() == 2);
  CHECK(population.margins[1][1] == -1.0);
}

TEST_CASE("the best come first by rank and then by crowding, the infeasible last") {
  Population population = three();
  population.add({.trial = 10, .genome = 3}, std::vector<double>{2, 3}, 0.0, {});
  population.add({.trial = 11, .genome = 4}, std::vector<double>{5, 5}, 0.0, {});
  CHECK(best_first(population, 10) == std::vector<std::size_t>{0, 2, 3, 4, 1});
  CHECK(best_first(population, 2) == std::vector<std::size_t>{0, 2});
  CHECK(best_first({}, 2).empty());
}

TEST_CASE("survivors are whole fronts and the least crowded of the one that does not fit") {
  const Ranking ranking{.ranks = {1, 0, 1, 1, 2}, .crowding = {0.5, 1, 3, 2, 9}};
  CHECK(survivors(ranking, 3) == std::vector<std::size_t>{1, 2, 3});
  CHECK(survivors(ranking, 4) == std::vector<std::size_t>{1, 0, 2, 3});
  CHECK(survivors(ranking, 9) == std::vector<std::size_t>{1, 0, 2, 3, 4});
  CHECK(survivors({}, 3).empty());
}

}  // namespace
}  // namespace quarry::search
