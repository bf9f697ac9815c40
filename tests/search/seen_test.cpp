#include "search/variation/seen.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "search/core/rng.hpp"

namespace quarry::search {
namespace {

TEST_CASE("genomes are numbered in the order in which they are first seen") {
  SeenGenomes seen;
  CHECK(seen.add({1, 2, 3}) == std::pair<std::size_t, bool>{0, true});
  CHECK(seen.add({3, 2, 1}) == std::pair<std::size_t, bool>{1, true});
  CHECK(seen.add({1, 2, 3}) == std::pair<std::size_t, bool>{0, false});
  CHECK(Genome(seen[1].begin(), seen[1].end()) == Genome{3, 2, 1});
}

TEST_CASE("nothing is contained before anything was seen") {
  const SeenGenomes seen;
  CHECK_FALSE(seen.contains({0, 0}));
  CHECK(seen.size() == 0);
}

TEST_CASE("membership stays exact while the table grows") {
  SeenGenomes seen;
  std::set<Genome> reference;
  Rng rng(1);
  for (int i = 0; i < 20000; ++i) {
    Genome genome(11);
    for (Choice& choice : genome) choice = static_cast<Choice>(rng.below(3));
    REQUIRE(seen.contains(genome) == reference.contains(genome));
    REQUIRE(seen.insert(genome) == reference.insert(genome).second);
  }
  CHECK(seen.size() == reference.size());
}

}  // namespace
}  // namespace quarry::search
