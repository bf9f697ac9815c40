#include "predictors/boshnas_surrogate.hpp"

#include <catch2/catch.hpp>

#include "tests/support/uniform.hpp"

namespace quarry::predictors {
namespace {

TEST_CASE("gradients lead an input to where the surrogate has learned that values are small") {
  const Uniform uniform = test::uniform(3);
  BoshnasSurrogate surrogate(2, uniform);
  std::vector<Eigen::VectorXd> rows;
  std::vector<double> y;
  for (int i = 0; i < 60; ++i) {
    rows.push_back(Eigen::Vector2d(uniform(), uniform()));
    y.push_back(0.1 + 0.8 * rows.back()[0]);  // small at the left, whatever the height
  }
  surrogate.train(rows, y, 400, uniform);
  const Eigen::VectorXd start = Eigen::Vector2d(0.8, 0.5);
  const Eigen::VectorXd improved = surrogate.improved(start, uniform);
  CHECK(improved[0] < 0.2);
  CHECK(surrogate.guess(improved).mean < surrogate.guess(start).mean);
  CHECK(improved.minCoeff() >= 0.0);
  CHECK(improved.maxCoeff() <= 1.0);
}

}  // namespace
}  // namespace quarry::predictors
