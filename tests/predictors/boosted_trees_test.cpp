#include "predictors/boosted_trees.hpp"

#include <catch2/catch.hpp>

#include "predictors/xgboost_trees.hpp"

namespace quarry::predictors {
namespace {

TEST_CASE("a single tree of depth one splits where the targets step") {
  Matrix x(4, 1);
  x.values = {1, 2, 3, 4};
  const TreeFeatures features(Columns(1));
  const TreeEnsemble trees =
      grow_trees(features, x, std::vector<double>{-1, -1, 1, 1}, std::vector<double>(4, 1.0), 1,
                 {{"tree_method", "exact"},
                  {"max_depth", "1"},
                  {"eta", "1"},
                  {"lambda", "0"},
                  {"min_child_weight", "0"}});
  REQUIRE(trees.trees() == 1);
  CHECK(trees.value(0, std::vector<float>{2.4F}) == -1);
  CHECK(trees.value(0, std::vector<float>{2.6F}) == 1);
}

TEST_CASE("boosted trees learn a step and say how far off they were on held-out rows") {
  Matrix x(50, 2);
  std::vector<double> y;
  for (std::size_t i = 0; i < x.rows; ++i) {
    x.row(i)[0] = static_cast<double>(i * 7 % 50);
    x.row(i)[1] = static_cast<double>(i % 5);
    y.push_back(x.row(i)[0] < 25 ? 3.0 : 8.0);
  }
  const auto model =
      make_boosted_trees(OptionValues::defaults(boosted_trees_options()), Columns(2));
  model->fit(x, y);
  Matrix two(2, 2);
  two.values = {10, 1, 40, 1};
  const Prediction guess = model->predict(two);
  CHECK(guess.mean[0] == Approx(3).margin(0.2));
  CHECK(guess.mean[1] == Approx(8).margin(0.2));
  CHECK(guess.standard_deviation[0] < 1);
}

}  // namespace
}  // namespace quarry::predictors
