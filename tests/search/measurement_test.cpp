#include "search/core/measurement.hpp"

#include <catch2/catch.hpp>
#include <numeric>

namespace quarry::search {
namespace {

TEST_CASE("few samples are all kept, in order, to six digits") {
  CHECK(thinned({3.0, 1.23456789, 0.0, -2.0}) == std::vector{-2.0, 0.0, 1.23457, 3.0});
  CHECK(thinned({7.0}) == std::vector{7.0});
  CHECK(thinned({}).empty());
}

TEST_CASE("of many samples the ends and evenly spaced ones are kept") {
  std::vector<double> samples(311);  // 0 to 310: every tenth, for 32
  std::iota(samples.rbegin(), samples.rend(), 0.0);
  const std::vector<double> kept = thinned(samples);
  REQUIRE(kept.size() == kMostSampleValues);
  for (std::size_t i = 0; i < kept.size(); ++i) CHECK(kept[i] == 10.0 * static_cast<double>(i));
}

}  // namespace
}  // namespace quarry::search
