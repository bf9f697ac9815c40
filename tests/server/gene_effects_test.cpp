#include "server/studies/gene_effects.hpp"

#include <catch2/catch.hpp>

namespace quarry::server {
namespace {

using Groups = std::vector<std::uint16_t>;
using Values = std::vector<double>;

// Groups 0 and 1 are choices, 2 is that of dead genes.
TEST_CASE("a choice that decides the value explains all of it") {
  CHECK(explained_share(Groups{0, 0, 1, 1}, 3, Values{1, 1, 3, 3}) == Approx(1.0));
}

TEST_CASE("a choice that says nothing of the value explains none of it") {
  CHECK(explained_share(Groups{0, 0, 1, 1}, 3, Values{1, 3, 1, 3}) == 0.0);
}

TEST_CASE("what chance explains is taken off") {
  // Means 1 and 3 about 2: 4 of 8 lie between the groups; of each of the 2 degrees of freedom
  // within there are 2, so (4 - 2) / 8.
  CHECK(explained_share(Groups{0, 0, 1, 1}, 3, Values{0, 2, 2, 4}) == Approx(0.25));
}

TEST_CASE("what sets trials without the gene apart is not the gene's doing") {
  CHECK(explained_share(Groups{0, 1, 0, 1, 2, 2}, 3, Values{1, 1, 1, 1, 9, 9}) == 0.0);
  // The living differ by 2 about 2: 4 between them, nothing within. All are 1, 1, 3, 3, 2, 2 about
  // 2: 4.
  CHECK(explained_share(Groups{0, 0, 1, 1, 2, 2}, 3, Values{1, 1, 3, 3, 2, 2}) == Approx(1.0));
  // 1, 1, 3, 3, 6, 10 about 4: 9 + 9 + 1 + 1 + 4 + 36.
  CHECK(explained_share(Groups{0, 0, 1, 1, 2, 2}, 3, Values{1, 1, 3, 3, 6, 10}) ==
        Approx(4.0 / 60.0));
}

TEST_CASE("equal values, or as many choices as values, have nothing to explain") {
  CHECK(explained_share(Groups{0, 1, 0, 1}, 3, Values{5, 5, 5, 5}) == 0.0);
  CHECK(explained_share(Groups{0, 1, 2}, 4, Values{1, 2, 3}) == 0.0);
  CHECK(explained_share(Groups{}, 3, Values{}) == 0.0);
}

TEST_CASE("a quantile lies between its neighbours") {
  const Values values = {0, 10, 20, 30, 40};
  CHECK(quantile(values, 0.0) == 0.0);
  CHECK(quantile(values, 0.5) == 20.0);
  CHECK(quantile(values, 0.1) == Approx(4.0));
  CHECK(quantile(values, 1.0) == 40.0);
  CHECK(quantile(Values{3}, 0.9) == 3.0);
}

TEST_CASE("each choice has the distribution of its own trials") {
  const Groups groups = {0, 1, 0, 1, 0};
  const Values values = {2, 10, 4, kNoValue, 6};
  const std::vector<std::uint8_t> on_front = {1, 0, 1, 1, 0};
  const auto levels = level_statistics(groups, 3, values, ascending(values), on_front);
  CHECK(levels[0].count == 3);
  CHECK(levels[0].on_front == 2);
  CHECK(levels[0].mean == Approx(4.0));
  CHECK(levels[0].median == 4.0);
  CHECK(levels[0].low == Approx(2.4));
  CHECK(levels[0].high == Approx(5.6));
  CHECK(levels[1].count == 2);
  CHECK(levels[1].mean == 10.0);
  CHECK(levels[2].count == 0);
}

TEST_CASE("a dead gene is a choice of its own") {
  const search::SearchSpace space(
      {{.name = "depth", .choices = {std::int64_t{1}, std::int64_t{2}}},
       {.name = "width",
        .choices = {std::int64_t{8}, std::int64_t{16}},
        .active_if = search::Condition{.on = 0, .alive = {false, true}}}},
      {});
  StudyTable table;
  table.genes = 2;
  table.genomes = {0, 0, 1, 0, 1, 1};
  const GeneLevels levels = levels_of(space, table, {0, 1, 2});
  CHECK(levels.of[0] == Groups{0, 1, 1});
  CHECK(levels.of[1] == Groups{2, 0, 1});
  CHECK(levels.counts == std::vector<std::size_t>{3, 3});
}

}  // namespace
}  // namespace quarry::server
