#include "search/algorithms/population.hpp"

#include <catch2/catch.hpp>
#include <limits>

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

TEST_CASE("crowding is measured within each front") {
  Points points(1);
  for (const double value : {1.0, 2.0, 5.0, 3.0}) points.add(std::vector<double>{value});
  const std::vector<std::uint32_t> ranks = {0, 0, 0, 1};
  const std::vector<double> crowding = crowding_by_front(points, ranks);
  CHECK(crowding[0] == std::numeric_limits<double>::infinity());
  CHECK(crowding[1] == 1.0);
  CHECK(crowding[3] == 0.0);  // alone, and so without a range
}

}  // namespace
}  // namespace quarry::search
