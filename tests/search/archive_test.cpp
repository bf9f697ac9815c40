#include "search/pareto/archive.hpp"

#include <catch2/catch.hpp>

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

}  // namespace
}  // namespace quarry::search
