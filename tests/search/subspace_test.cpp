#include "search/core/subspace.hpp"

#include <catch2/catch.hpp>

#include "tests/support/spaces.hpp"

namespace quarry::search {
namespace {

bool is_even(const Gene&, Choice choice) { return choice % 2 == 0; }

TEST_CASE("a subspace numbers what is kept anew and finds its way back") {
  const SearchSpace full = test::flat_space({4, 3});
  const Subspace even(full, is_even);
  CHECK(even.space().raw_size() == 4);
  CHECK(even.expand({1, 1}) == Genome{2, 2});
  CHECK(even.reduce({2, 2}) == Genome{1, 1});
  CHECK_FALSE(even.reduce({1, 2}).has_value());
}

TEST_CASE("a gene of which nothing would be kept keeps everything") {
  const SearchSpace full = test::flat_space({2, 2});
  const Subspace none(full, [](const Gene& gene, Choice) { return gene.name != "g0"; });
  CHECK(none.space().raw_size() == 4);
}

TEST_CASE("conditions follow the choices that are kept, and dead genes ask for nothing") {
  // Depths 1 and 3 of 1..4; widths 16 and 48 of 16..64.
  const SearchSpace full = test::depth_space(4, 4);
  const Subspace even(full, is_even);
  CHECK(even.space().canonical_size() == 2 + 8);
  CHECK(even.expand({1, 1, 0, 1, 0}) == Genome{2, 2, 0, 2, 0});
  CHECK(even.reduce({0, 2, 0, 0, 0}) == Genome{0, 1, 0, 0, 0});
  CHECK_FALSE(even.reduce({0, 1, 0, 0, 0}).has_value());
}

}  // namespace
}  // namespace quarry::search
