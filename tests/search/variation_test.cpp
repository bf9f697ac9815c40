#include "search/variation/crossover.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "search/variation/mutation.hpp"
#include "search/variation/repair.hpp"
#include "search/variation/sampling.hpp"
#include "tests/support/spaces.hpp"

namespace quarry::search {
namespace {

using test::depth_space;
using test::flat_space;

TEST_CASE("crossover takes every gene from one of the parents") {
  Rng rng(2);
  const Genome a(100, 0);
  const Genome b(100, 1);
  Genome child = a;
  uniform_crossover(child, b, rng);
  const auto from_b = std::count(child.begin(), child.end(), Choice{1});
  CHECK(from_b > 25);
  CHECK(from_b < 75);
}

TEST_CASE("two-point crossover takes one run of genes from the other parent") {
  Rng rng(3);
  for (int round = 0; round < 50; ++round) {
    Genome child(20, 0);
    two_point_crossover(child, Genome(20, 1), rng);
    const auto first = std::find(child.begin(), child.end(), Choice{1});
    const auto last = std::find(first, child.end(), Choice{0});
    CHECK(std::find(last, child.end(), Choice{1}) == child.end());
  }
}

TEST_CASE("SBX of equal parents changes nothing and of others stays within the choices") {
  const SearchSpace space = depth_space(6, 5);
  Rng rng(5);
  const Genome a = {5, 4, 4, 4, 4, 4, 4};
  Genome child = a;
  sbx_crossover(space, child, a, 15.0, rng);
  CHECK(child == a);
  for (int round = 0; round < 100; ++round) {
    sbx_crossover(space, child, Genome(7, 0), 2.0, rng);
    REQUIRE(space.contains(child));
  }
}

TEST_CASE("a layer that the child has from one parent only comes with that parent's choice") {
  const SearchSpace space = depth_space(3, 4);
  const Genome shallow = {0, 1, 0, 0};
  const Genome deep = {2, 2, 3, 3};
  Rng rng(6);
  for (int round = 0; round < 50; ++round) {
    const Genome child = crossed(Crossover::kUniform, space, shallow, deep, rng);
    REQUIRE(space.canonical(child) == child);
    if (child[0] == 2) CHECK((child[2] == 3 && child[3] == 3));
  }
}

TEST_CASE("a gene that comes alive by mutation takes every choice") {
  const SearchSpace space = depth_space(2, 3);
  Rng rng(7);
  std::set<Choice> taken;
  for (int round = 0; round < 100; ++round) {
    Genome genome = {0, 1, 0};
    space.set(genome, 0, 1, rng);
    taken.insert(genome[2]);
  }
  CHECK(taken.size() == 3);
}

TEST_CASE("mutation changes one gene in `size` on average at the usual rate") {
  const SearchSpace space = flat_space(std::vector<std::size_t>(40, 4));
  Rng rng(8);
  std::size_t changed = 0;
  for (int round = 0; round < 4000; ++round) {
    Genome genome(40, 0);
    mutate(space, genome, 2.0 / 40, rng);
    changed += static_cast<std::size_t>(40 - std::count(genome.begin(), genome.end(), Choice{0}));
  }
  // Binomial(40, 1/20), with its zeros, of probability .129, made ones: mean 2.129.
  CHECK(static_cast<double>(changed) / 4000 == Approx(2.129).epsilon(0.03));
}

TEST_CASE("polynomial mutation moves ordinal genes mostly to a neighbour") {
  const SearchSpace space = depth_space(1, 9);
  Rng rng(9);
  std::vector<int> moves(9);
  for (int round = 0; round < 2000; ++round) {
    Genome genome = {0, 4};
    polynomial_mutate(space, genome, 1.0, 20.0, rng);
    ++moves[static_cast<std::size_t>(std::abs(genome[1] - 4))];
  }
  CHECK(moves[1] > moves[2]);
  CHECK(moves[0] + moves[1] > 1600);
}

TEST_CASE("repair finds the way to feasibility where steps lead there and says so") {
  const SearchSpace space = flat_space({4, 4, 4});
  const auto excess = [](const Genome& genome) {
    return std::max(0.0, static_cast<double>(genome[0] + genome[1] + genome[2]) - 4.0);
  };
  Rng rng(10);
  Genome genome = {3, 3, 3};
  CHECK(repair(space, genome, excess, 10, rng));
  CHECK(excess(genome) == 0.0);
  Genome hopeless = {3, 3, 3};
  CHECK_FALSE(repair(
      space, hopeless, [](const Genome&) { return 1.0; }, 10, rng));
  CHECK(hopeless == Genome{3, 3, 3});
}

TEST_CASE("the corners of a space are its first and its last choices, once if they are the same") {
  CHECK(corners(depth_space(2, 3)) == std::vector<Genome>{{0, 0, 0}, {1, 2, 2}});
  CHECK(corners(flat_space({1, 1})).size() == 1);
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
