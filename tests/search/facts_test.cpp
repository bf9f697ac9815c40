#include "search/supernets/facts.hpp"

#include <catch2/catch.hpp>

#include "tests/support/manifests.hpp"

namespace quarry::search {
namespace {

TEST_CASE("the facts of a supernet are its sizes and what its extremes and baselines cost") {
  FieldErrors errors;
  const auto supernet = load_manifest(test::small_manifest(), errors);
  REQUIRE(errors.empty());
  const SupernetFacts facts = facts_of(*supernet);
  CHECK(facts.genes == 4);
  CHECK(facts.raw_size == supernet->space.raw_size());
  CHECK(facts.canonical_size == supernet->space.canonical_size());
  REQUIRE(facts.networks.size() == 2 + supernet->baselines.size());
  CHECK(facts.networks[0].name == "smallest");
  CHECK(facts.networks[1].name == "largest");
  CHECK(facts.networks[0].macs < facts.networks[1].macs);
  CHECK(facts.networks[2].name == supernet->baselines.front().name);
}

TEST_CASE("an extreme genome takes numbers by size and texts by order") {
  const SearchSpace space(
      {{.name = "width", .choices = {std::int64_t{9}, std::int64_t{3}}},
       {.name = "precision", .choices = {std::string("z"), std::string("a")}}},
      {{.name = "width", .first_gene = 0}, {.name = "precision", .first_gene = 1}});
  CHECK(extreme_genome(space, true) == Genome{0, 0});
  CHECK(extreme_genome(space, false) == Genome{1, 0});
}

}  // namespace
}  // namespace quarry::search
