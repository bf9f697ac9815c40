#include "search/variation/operators.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "tests/support/spaces.hpp"

namespace quarry::search {
namespace {

using test::depth_space;
using test::flat_space;

TEST_CASE("crossover takes every gene from one of the parents") {
  Rng rng(2);
  const Genome a(100, 0);
  const Genome b(100, 1);
  const Genome child = uniform_crossover(a, b, rng);
  const auto from_b = std::count(child.begin(), child.end(), Choice{1});
  CHECK(from_b > 25);
  CHECK(from_b < 75);
}

TEST_CASE("mutation always makes another network") {
  const SearchSpace space = depth_space(3, 3);
  Rng rng(4);
  for (int i = 0; i < 300; ++i) {
    const Genome before = space.random(rng);
    Genome after = before;
    mutate(space, after, 0.05, rng);
    REQUIRE(after != before);
    REQUIRE(space.canonical(after) == after);
    REQUIRE(space.contains(after));
  }
}

TEST_CASE("a genome without a second choice anywhere is left alone") {
  const SearchSpace space = flat_space({1, 1});
  Rng rng(1);
  Genome genome = {0, 0};
  mutate(space, genome, 0.5, rng);
  CHECK(genome == Genome{0, 0});
}

TEST_CASE("a categorical gene mutates to every other choice alike") {
  const SearchSpace space = flat_space({4});
  Rng rng(9);
  std::vector<int> counts(4);
  for (int i = 0; i < 3000; ++i) {
    Genome genome = {1};
    mutate(space, genome, 1.0, rng);
    ++counts[genome[0]];
  }
  CHECK(counts[1] == 0);
  for (const int c : {0, 2, 3})
    CHECK(counts[static_cast<std::size_t>(c)] == Approx(1000).margin(120));
}

TEST_CASE("the sampler finds every network of a small space and then says so") {
  const SearchSpace space = depth_space(2, 3);
  UnseenSampler sampler(space);
  SeenGenomes seen;
  Rng rng(8);
  std::set<Genome> found;
  while (const auto genome = sampler.draw(seen, rng)) {
    seen.insert(*genome);
    REQUIRE(found.insert(*genome).second);
  }
  CHECK(static_cast<double>(found.size()) == space.canonical_size());
}

}  // namespace
}  // namespace quarry::search
