#include "search/core/features.hpp"

#include <catch2/catch.hpp>

#include "tests/support/spaces.hpp"

namespace quarry::search {
namespace {

TEST_CASE("a feature row holds the level of every living gene and marks the dead ones") {
  const SearchSpace space = test::depth_space(2, 3);
  std::vector<double> row(3, 9.0);
  write_gene_row(space, Genome{0, 2, 1}, row);
  CHECK(row == std::vector<double>{0, 2, predictors::kAbsent});
  write_gene_row(space, Genome{1, 2, 1}, row);
  CHECK(row == std::vector<double>{1, 2, 1});
}

TEST_CASE("columns are ordinal or categorical as the genes are, with as many levels as choices") {
  const predictors::Columns columns = gene_columns(test::depth_space(2, 3));
  REQUIRE(columns.size() == 3);
  CHECK(columns[0] == predictors::Column{predictors::ColumnKind::kOrdinal, 2});
  CHECK(gene_columns(test::flat_space({4}))[0] ==
        predictors::Column{predictors::ColumnKind::kCategorical, 4});
}

}  // namespace
}  // namespace quarry::search
