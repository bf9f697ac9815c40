#include "search/core/features.hpp"

#include <catch2/catch.hpp>

#include "tests/support/spaces.hpp"

namespace quarry::search {
namespace {

TEST_CASE("a feature row is one-hot per living gene and zero for dead ones") {
  const SearchSpace space = test::depth_space(2, 3);
  REQUIRE(masked_one_hot_width(space) == 2 + 3 + 3);
  std::vector<double> row(8, 9.0);
  write_masked_one_hot(space, {0, 2, 1}, row);
  CHECK(row == std::vector<double>{1, 0, 0, 0, 1, 0, 0, 0});
  write_masked_one_hot(space, {1, 2, 1}, row);
  CHECK(row == std::vector<double>{0, 1, 0, 0, 1, 0, 1, 0});
}

}  // namespace
}  // namespace quarry::search
