#include "server/studies/point_sample.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <numeric>

namespace quarry::server {
namespace {

using Rows = std::vector<std::uint32_t>;

TEST_CASE("as many points as are allowed stay as they are") {
  const std::vector<double> x = {0, 1, 2};
  CHECK(thin_out(x, x, Rows{0, 1, 2}, 3) == Rows{0, 1, 2});
}

TEST_CASE("of points in one cell the first stays") {
  // Two heaps far from each other, of three points each.
  const std::vector<double> x = {0.0, 0.0001, 0.0002, 1.0, 0.9999, 0.9998};
  CHECK(thin_out(x, x, Rows{0, 1, 2, 3, 4, 5}, 2) == Rows{0, 3});
  CHECK(thin_out(x, x, Rows{2, 1, 0, 5, 4, 3}, 2) == Rows{2, 5});
}

TEST_CASE("points that all lie in one place are one point") {
  const std::vector<double> same(100, 7.0);
  Rows rows(100);
  std::iota(rows.begin(), rows.end(), 0U);
  CHECK(thin_out(same, same, rows, 10) == Rows{0});
}

TEST_CASE("a point without a number is in no chart, and a limit of none leaves none") {
  const std::vector<double> x = {0, std::numeric_limits<double>::quiet_NaN(), 2};
  CHECK(thin_out(x, x, Rows{0, 1, 2}, 10) == Rows{0, 2});
  CHECK(thin_out(x, x, Rows{0, 1, 2}, 0).empty());
}

TEST_CASE("the finest grid that fits is taken") {
  // A line of 100 points: with 40 allowed, 40 cells a side hold one or more each.
  std::vector<double> x(100);
  std::iota(x.begin(), x.end(), 0.0);
  Rows rows(100);
  std::iota(rows.begin(), rows.end(), 0U);
  CHECK(thin_out(x, x, rows, 40).size() == 40);
}

}  // namespace
}  // namespace quarry::server
