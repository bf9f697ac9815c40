#include "predictors/part_sums.hpp"

#include <catch2/catch.hpp>

#include "predictors/interaction_likelihood.hpp"

namespace quarry::predictors {
namespace {

TEST_CASE("sums from tables are those part by part, for levels, absent ones and numbers") {
  // Groups: the first two columns, the wide one alone, the last; and a number among them.
  const Columns columns = {{ColumnKind::kOrdinal, 3},
                           {ColumnKind::kCategorical, 2},
                           {ColumnKind::kNumber, 0},
                           {ColumnKind::kOrdinal, 30},
                           {ColumnKind::kCategorical, 4}};
  Matrix x(7, 5);
  for (std::size_t i = 0; i < 7; ++i) {
    x.row(i)[0] = static_cast<double>(i % 3);
    x.row(i)[1] = i % 3 == 0 ? kAbsent : static_cast<double>(i % 2);
    x.row(i)[2] = 0.3 * static_cast<double>(i);
    x.row(i)[3] = static_cast<double>(4 * i);
    x.row(i)[4] = static_cast<double>(i % 4);
  }
  const ColumnParts parts(columns, x, x);
  InteractionParameters parameters = InteractionParameters::standard(parts.parts());
  for (Eigen::Index i = 0; i < parameters.logs.size(); ++i)
    parameters.logs[i] += 0.1 * static_cast<double>(i % 5);
  const PartSums sums(columns, parts, parameters.weights(), parameters.decays());
  for (const std::vector<double>& row :
       {std::vector<double>{2, 1, 0.5, 29, 3}, {0, kAbsent, -1, 0, 9}, {1, 0, 3, kAbsent, 0}}) {
    Eigen::VectorXf both;
    sums(parts, row, both);
    Eigen::VectorXf sum;
    Eigen::VectorXf far;
    Eigen::VectorXf scratch;
    sum_parts(parts, row, parameters.weights(), parameters.decays(), 0, sum, far, scratch);
    REQUIRE(both.size() == 14);
    for (Eigen::Index i = 0; i < 7; ++i) {
      CHECK(both[i] == Approx(sum[i]).margin(1e-6));
      CHECK(both[7 + i] == Approx(far[i]).margin(1e-6));
    }
  }
}

}  // namespace
}  // namespace quarry::predictors
