#include "predictors/tree_ensemble.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>

namespace quarry::predictors {
namespace {

// Feature 0 below 0.5: 1; else feature 1 below 2: 10; else 20.
TreeEnsemble two_splits() {
  const std::vector<TreeEnsemble::Node> nodes = {
      {0, 0.5F, 1, 2}, {-1, 1.0F}, {1, 2.0F, 3, 4}, {-1, 10.0F}, {-1, 20.0F}};
  TreeEnsemble trees;
  trees.add_tree(std::vector<TreeEnsemble::Node>{{-1, -7.0F}});
  trees.add_tree(nodes);
  return trees;
}

float value(const TreeEnsemble& trees, std::size_t tree, float first, float second) {
  return trees.value(tree, std::vector<float>{first, second});
}

TEST_CASE("a tree leads a row to its leaf, smaller to the left") {
  const TreeEnsemble trees = two_splits();
  CHECK(trees.trees() == 2);
  CHECK(value(trees, 0, 0, 0) == -7);
  CHECK(value(trees, 1, 0, 9) == 1);
  CHECK(value(trees, 1, 0.5F, 1.9F) == 10);
  CHECK(value(trees, 1, 0.5F, 2.0F) == 20);
}

TEST_CASE("trees come back from a state as they went in") {
  ModelState state{.kind = "oak", .numbers = {}, .texts = {}, .parts = {}};
  two_splits().save(state);
  const TreeEnsemble trees = TreeEnsemble::restored(state, 2);
  CHECK(value(trees, 0, 0, 0) == -7);
  CHECK(value(trees, 1, 1, 3) == 20);
}

TEST_CASE("trees that lead back, out of themselves or to no feature are refused") {
  ModelState state{.kind = "oak", .numbers = {}, .texts = {}, .parts = {}};
  two_splits().save(state);
  const auto broken = [&](const std::string& name, std::size_t at, double value) {
    ModelState changed = state;
    changed.numbers[name][at] = value;
    return changed;
  };
  // The second tree's root is node 1.
  for (const ModelState& wrong :
       {broken("node_left", 1, 1), broken("node_left", 1, 0), broken("node_right", 1, 6),
        broken("node_features", 1, 2), broken("node_features", 1, 0.5), broken("tree_roots", 1, 6),
        broken("tree_roots", 0, -1)})
    CHECK_THROWS_AS(TreeEnsemble::restored(wrong, 2), std::invalid_argument);
}

TEST_CASE("an ordinal column is one feature, a categorical one of three levels is three") {
  const TreeFeatures features({{ColumnKind::kOrdinal, 4},
                               {ColumnKind::kCategorical, 3},
                               {ColumnKind::kCategorical, 2},
                               {ColumnKind::kNumber, 0}});
  REQUIRE(features.size() == 6);
  std::vector<float> row(6);
  features.write(std::vector<double>{3, 1, kAbsent, 2.5}, row);
  CHECK(row == std::vector<float>{3, 0, 1, 0, -1, 2.5F});
}

}  // namespace
}  // namespace quarry::predictors
