#include "search/pareto/archive.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "search/pareto/dominance.hpp"
#include "search/pareto/hypervolume.hpp"
#include "tests/support/points.hpp"

namespace quarry::search {
namespace {

TEST_CASE("a point that dominates members replaces them") {
  ParetoArchive archive(2);
  archive.insert(std::vector{1.0, 3.0}, 0);
  archive.insert(std::vector{3.0, 1.0}, 1);
  const ArchiveChange change = archive.insert(std::vector{1.0, 1.0}, 2);
  CHECK(change.added);
  CHECK(change.removed == std::vector<std::size_t>{0, 1});
  CHECK(archive.points().size() == 1);
}

TEST_CASE("a dominated or equal point leaves the archive as it is") {
  ParetoArchive archive(2);
  archive.insert(std::vector{1.0, 1.0}, 0);
  CHECK_FALSE(archive.insert(std::vector{1.0, 1.0}, 1).added);
  CHECK_FALSE(archive.insert(std::vector{2.0, 1.0}, 2).added);
  CHECK(std::vector<std::size_t>(archive.trials().begin(), archive.trials().end()) ==
        std::vector<std::size_t>{0});
}

TEST_CASE("incomparable points are kept in order of arrival") {
  ParetoArchive archive(2);
  archive.insert(std::vector{2.0, 2.0}, 7);
  CHECK(archive.insert(std::vector{1.0, 3.0}, 8).removed.empty());
  CHECK(std::vector<std::size_t>(archive.trials().begin(), archive.trials().end()) ==
        std::vector<std::size_t>{7, 8});
}

// What the archive is, from the definition: the non-dominated of the first `count` points, in
// order.
std::vector<std::size_t> members_by_definition(const Points& points, std::size_t count) {
  Points seen(points.dimensions);
  for (std::size_t i = 0; i < count; ++i) seen.add(points[i]);
  return non_dominated(seen);
}

TEST_CASE("an archive holds the non-dominated of what it was given, in order of arrival") {
  Rng rng(41);
  for (const std::size_t objectives : {1U, 2U, 3U, 4U}) {
    const Points points = grid_points(80, objectives, 12, rng);
    ParetoArchive archive(objectives);
    for (std::size_t i = 0; i < points.size(); ++i) {
      archive.insert(points[i], i);
      const std::vector<std::size_t> expected = members_by_definition(points, i + 1);
      const std::span<const std::size_t> trials = archive.trials();
      CHECK(std::vector<std::size_t>(trials.begin(), trials.end()) == expected);
      REQUIRE(archive.size() == expected.size());
      for (std::size_t j = 0; j < expected.size(); ++j)
        CHECK(std::ranges::equal(archive.points()[j], points[expected[j]]));
    }
  }
}

TEST_CASE("what an insert removes is what it dominates, by trial number") {
  ParetoArchive archive(2);
  archive.insert(std::vector{3.0, 1.0}, 9);
  archive.insert(std::vector{2.0, 2.0}, 4);
  archive.insert(std::vector{1.0, 5.0}, 7);
  CHECK(archive.insert(std::vector{2.0, 1.0}, 1).removed == std::vector<std::size_t>{4, 9});
  CHECK(archive.insert(std::vector{1.0, 4.0}, 2).removed == std::vector<std::size_t>{7});
}

TEST_CASE("the hypervolume follows the inserts and names their gain beforehand") {
  Rng rng(42);
  for (const std::size_t objectives : {1U, 2U, 3U, 4U}) {
    const Points points = grid_points(60, objectives, 12, rng);
    const std::vector<double> reference(objectives, 9.0);  // some points lie on it or beyond
    ParetoArchive archive(objectives, reference);
    Points seen(objectives);
    for (std::size_t i = 0; i < points.size(); ++i) {
      const double before = *archive.hypervolume();
      const double gain = archive.hypervolume_gain(points[i]);
      archive.insert(points[i], i);
      seen.add(points[i]);
      CHECK(*archive.hypervolume() == hypervolume(seen, reference));
      CHECK(before + gain == *archive.hypervolume());
    }
  }
}

TEST_CASE("a reference that comes late or moves counts for the members that are there") {
  ParetoArchive archive(2);
  archive.insert(std::vector{1.0, 2.0}, 0);
  archive.insert(std::vector{2.0, 1.0}, 1);
  CHECK_FALSE(archive.hypervolume().has_value());
  CHECK(archive.hypervolume_gain(std::vector{0.0, 0.0}) == 0.0);
  archive.set_reference({3.0, 3.0});
  CHECK(archive.hypervolume() == 3.0);
  archive.set_reference({2.0, 3.0});
  CHECK(archive.hypervolume() == 1.0);
  archive.insert(std::vector{1.0, 1.0}, 2);
  CHECK(archive.hypervolume() == 2.0);
  archive.set_reference({});
  CHECK_FALSE(archive.hypervolume().has_value());
}

TEST_CASE("an archive without members has no points and no volume") {
  for (const std::size_t objectives : {1U, 2U, 3U}) {
    const ParetoArchive archive(objectives, std::vector<double>(objectives, 1.0));
    CHECK(archive.points().size() == 0);
    CHECK(archive.trials().empty());
    CHECK(archive.hypervolume() == 0.0);
  }
}

}  // namespace
}  // namespace quarry::search
