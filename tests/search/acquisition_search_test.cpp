// The search for the most valuable networks, with values that can be counted.
#include "search/algorithms/acquisition_search.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <numeric>
#include <set>

#include "tests/support/spaces.hpp"

namespace quarry::search {
namespace {

constexpr double kNothing = -std::numeric_limits<double>::infinity();
// One generation: a start and 49 random networks.
constexpr std::size_t kOneGeneration = 1;
constexpr std::size_t kWholeSpace = 1000;

Acquisition each(const std::function<double(const Genome&)>& value) {
  return [value](std::span<const Genome> genomes) {
    std::vector<double> values;
    for (const Genome& genome : genomes) values.push_back(value(genome));
    return values;
  };
}

double sum(const Genome& genome) { return std::accumulate(genome.begin(), genome.end(), 0.0); }

// Only a run of threes with zeros behind it is worth anything: its length.
double length_of_run(const Genome& genome) {
  const auto end = std::ranges::find_if(genome, [](Choice c) { return c != 3; });
  if (std::any_of(end, genome.end(), [](Choice c) { return c != 0; })) return kNothing;
  return static_cast<double>(end - genome.begin());
}

std::vector<double> sums(const std::vector<Genome>& genomes) { return each(sum)(genomes); }

TEST_CASE("the most valuable networks come by falling value") {
  const SearchSpace space = test::flat_space({4, 4, 4});
  // Of 64 networks one has the sum 9, three have 8 and six have 7.
  CHECK(sums(most_valuable(space, each(sum), {}, {}, 6, kWholeSpace, 1)) ==
        std::vector<double>{9, 8, 8, 8, 7, 7});
}

TEST_CASE("every network of a space is found at most once") {
  const SearchSpace space = test::depth_space(3, 2);
  const std::vector<Genome> found = most_valuable(space, each(sum), {}, {}, 100, kWholeSpace, 1);
  CHECK(found.size() == 2 + 4 + 8);
  CHECK(std::set<Genome>(found.begin(), found.end()).size() == found.size());
}

TEST_CASE("networks that were seen are not found, not even by the local search") {
  const SearchSpace space = test::flat_space({4, 4, 4});
  SeenGenomes seen;
  seen.insert({3, 3, 3});
  seen.insert({2, 3, 3});
  seen.insert({3, 2, 3});
  const std::vector<Genome> found = most_valuable(space, each(sum), {}, seen, 2, kWholeSpace, 1);
  CHECK(found.front() == Genome{3, 3, 2});
  CHECK(sums(found) == std::vector<double>{8, 7});
}

TEST_CASE("where everything was seen nothing is found") {
  const SearchSpace space = test::flat_space({2, 1});
  SeenGenomes seen;
  seen.insert({0, 0});
  seen.insert({1, 0});
  CHECK(most_valuable(space, each(sum), {}, seen, 5, kWholeSpace, 1).empty());
}

TEST_CASE("a step of the local search looks at 500 of a large space's neighbours, each once") {
  const SearchSpace space = test::flat_space(std::vector<std::size_t>(600, 2));
  std::vector<std::size_t> looks;
  const Acquisition counted = [&](std::span<const Genome> genomes) {
    looks.push_back(std::set<Genome>(genomes.begin(), genomes.end()).size());
    return each(sum)(genomes);
  };
  most_valuable(space, counted, {}, {}, 1, kOneGeneration, 1);
  // One generation of 50, then eight steps: any 500 of 600 hold a gene that is worth switching on.
  CHECK(looks == std::vector<std::size_t>{50, 500, 500, 500, 500, 500, 500, 500, 500});
}

TEST_CASE("no network is found when none is wanted") {
  CHECK(most_valuable(test::flat_space({4, 4}), each(sum), {}, {}, 0, kWholeSpace, 1).empty());
}

TEST_CASE("a space of one network has one to find") {
  CHECK(most_valuable(test::flat_space({1, 1}), each(sum), {}, {}, 5, kWholeSpace, 1) ==
        std::vector<Genome>{{0, 0}});
}

TEST_CASE("local search follows a path of single genes that evolution does not see") {
  const SearchSpace space = test::flat_space(std::vector<std::size_t>(8, 4));
  const Genome start(8, 0);
  const std::vector<Genome> found =
      most_valuable(space, each(length_of_run), {start}, {}, 2, kOneGeneration, 1);
  CHECK(found == std::vector<Genome>{Genome(8, 3), start});
}

TEST_CASE("local search ends after eight steps") {
  const SearchSpace space = test::flat_space(std::vector<std::size_t>(10, 4));
  const std::vector<Genome> found =
      most_valuable(space, each(length_of_run), {Genome(10, 0)}, {}, 1, kOneGeneration, 1);
  CHECK(found == std::vector<Genome>{{3, 3, 3, 3, 3, 3, 3, 3, 0, 0}});
}

TEST_CASE("local search makes the best of all steps and none that is not better") {
  // The second gene is worth more than the first, the third nothing, and all others cost.
  const auto value = [](const Genome& genome) {
    if (std::any_of(genome.begin() + 3, genome.end(), [](Choice c) { return c != 0; }))
      return kNothing;
    return static_cast<double>(genome[0] == 0 ? genome[1] : 1);
  };
  const SearchSpace space = test::flat_space(std::vector<std::size_t>(10, 4));
  const std::vector<Genome> found =
      most_valuable(space, each(value), {Genome(10, 0)}, {}, 1, kOneGeneration, 1);
  CHECK(found == std::vector<Genome>{{0, 3, 0, 0, 0, 0, 0, 0, 0, 0}});
}

TEST_CASE("a start that was seen is not found") {
  const SearchSpace space = test::flat_space(std::vector<std::size_t>(8, 4));
  const Genome start(8, 0);
  SeenGenomes seen;
  seen.insert(start);
  for (const Genome& genome :
       most_valuable(space, each(length_of_run), {start}, seen, 50, kOneGeneration, 1))
    CHECK(genome != start);
}

TEST_CASE("genes that a step kills are zeroed before the network is valued") {
  // Four layers are worth nothing, five worth less, and no other network anything.
  const Genome deep = {4, 4, 4, 4, 4, 4, 0, 0, 0};
  const Genome shallow = {3, 4, 4, 4, 4, 0, 0, 0, 0};
  const auto value = [&](const Genome& genome) {
    return genome == shallow ? 0.0 : genome == deep ? -1.0 : kNothing;
  };
  const std::vector<Genome> found =
      most_valuable(test::depth_space(8, 5), each(value), {deep}, {}, 2, kOneGeneration, 1);
  CHECK(found == std::vector<Genome>{shallow, deep});
}

TEST_CASE("networks are found even where none is worth anything") {
  const SearchSpace space = test::flat_space({4, 4, 4});
  const auto worthless = each([](const Genome&) { return kNothing; });
  const std::vector<Genome> found = most_valuable(space, worthless, {}, {}, 3, kWholeSpace, 1);
  CHECK(std::set<Genome>(found.begin(), found.end()).size() == 3);
}

TEST_CASE("equal seeds find equal networks and others others") {
  const SearchSpace space = test::flat_space(std::vector<std::size_t>(10, 4));
  const auto first = [](const Genome& genome) { return static_cast<double>(genome[0]); };
  const auto found = [&](std::uint64_t seed) {
    return most_valuable(space, each(first), {}, {}, 10, kOneGeneration, seed);
  };
  CHECK(found(1) == found(1));
  CHECK(found(1) != found(2));
}

}  // namespace
}  // namespace quarry::search
