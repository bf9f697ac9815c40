#include "search/core/search_space.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "tests/support/spaces.hpp"

namespace quarry::search {
namespace {

using test::depth_space;
using test::flat_space;

TEST_CASE("genes of layers that are not there are zeroed in the canonical genome") {
  const SearchSpace space = depth_space(3, 4);
  CHECK(space.canonical({0, 3, 2, 1}) == Genome{0, 3, 0, 0});
  CHECK(space.canonical({2, 3, 2, 1}) == Genome{2, 3, 2, 1});
}

TEST_CASE("a gene that depends on a dead gene is dead too") {
  std::vector<Gene> genes(3);
  for (Gene& gene : genes) gene.choices = {std::int64_t{0}, std::int64_t{1}};
  genes[1].active_if = Condition{.on = 0, .alive = {false, true}};
  genes[2].active_if = Condition{.on = 1, .alive = {true, false}};
  const SearchSpace space(genes, {});
  CHECK(space.alive({0, 0, 1}) == std::vector<bool>{true, false, false});
  CHECK(space.canonical({0, 1, 1}) == Genome{0, 0, 0});
  CHECK(space.canonical_size() == 1 + (2 + 1));
}

TEST_CASE("a condition may name a gene that comes later") {
  std::vector<Gene> genes(2);
  for (Gene& gene : genes) gene.choices = {std::int64_t{0}, std::int64_t{1}};
  genes[0].active_if = Condition{.on = 1, .alive = {false, true}};
  const SearchSpace space(genes, {});
  CHECK(space.canonical({1, 0}) == Genome{0, 0});
}

TEST_CASE("sizes count raw and distinct networks") {
  const SearchSpace space = depth_space(3, 4);
  CHECK(space.raw_size() == 3 * 64);
  CHECK(space.canonical_size() == 4 + 16 + 64);
  CHECK(flat_space({2, 3, 5}).canonical_size() == 30);
}

TEST_CASE("the canonical size of the OFA MobileNetV3 space is the published one") {
  // 5 stages of 2 to 4 layers, 9 kinds of layer: (9^2 + 9^3 + 9^4)^5.
  std::vector<Gene> genes;
  for (std::size_t i = 0; i < 40; ++i) {
    Condition condition{.on = 40 + (i % 20) / 4, .alive = {}};
    for (std::size_t d = 2; d <= 4; ++d) condition.alive.push_back(d > i % 4);
    genes.push_back({.name = "",
                     .kind = GeneKind::kOrdinal,
                     .choices = {std::int64_t{3}, std::int64_t{5}, std::int64_t{7}},
                     .active_if = condition});
  }
  for (std::size_t i = 0; i < 5; ++i) {
    genes.push_back({.name = "",
                     .kind = GeneKind::kOrdinal,
                     .choices = {std::int64_t{2}, std::int64_t{3}, std::int64_t{4}},
                     .active_if = {}});
  }
  const SearchSpace space(genes, {});
  CHECK(space.raw_size() == Approx(2.9543e21).epsilon(1e-4));
  CHECK(space.canonical_size().value() == Approx(2.18e19).epsilon(2e-3));
}

TEST_CASE("random genomes are canonical and cover the space") {
  const SearchSpace space = depth_space(2, 2);
  Rng rng(1);
  std::set<Genome> drawn;
  for (int i = 0; i < 200; ++i) {
    const Genome genome = space.random(rng);
    REQUIRE(space.canonical(genome) == genome);
    drawn.insert(genome);
  }
  CHECK(drawn.size() == 6);
}

TEST_CASE("a genome of the wrong length or with a choice out of range is not contained") {
  const SearchSpace space = flat_space({2, 2});
  CHECK(space.contains({1, 1}));
  CHECK_FALSE(space.contains({1, 2}));
  CHECK_FALSE(space.contains({1}));
}

TEST_CASE("a genome's text lists its choices") { CHECK(to_text(Genome{0, 12, 3}) == "0,12,3"); }

}  // namespace
}  // namespace quarry::search
