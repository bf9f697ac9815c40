// Our hypervolume beside that of pagmo2, which shares no line with it.
#include "search/pareto/hypervolume.hpp"

#include <catch2/catch.hpp>

#include "tests/bench/search/pagmo.hpp"

namespace quarry::bench {
namespace {

TEST_CASE("the hypervolume of random sets of two to six objectives is pagmo2's") {
  const auto pairs = volumes_beside_pagmo(6);
  REQUIRE(pairs);
  for (const VolumePair& pair : *pairs) {
    INFO(pair.points << " points, " << pair.objectives << " objectives");
    CHECK(pair.ours > 0.0);
    CHECK(pair.relative_difference() <= 1e-10);
  }
}

TEST_CASE("pagmo2 agrees on two overlapping boxes, a duplicate and a point beyond the reference") {
  search::Points points(2);
  points.values = {1, 2, 2, 1, 2, 1, 0, 4};
  const std::vector<double> reference = {3, 3};
  const auto theirs = pagmo_hypervolume(points, reference);
  REQUIRE(theirs);
  CHECK(theirs->volume == 3.0);
  CHECK(search::hypervolume(points, reference) == 3.0);
}

}  // namespace
}  // namespace quarry::bench
