#include "predictors/lbfgs.hpp"

#include <catch2/catch.hpp>
#include <limits>

namespace quarry::predictors {
namespace {

TEST_CASE("the minimum of a stretched bowl is found") {
  const auto bowl = [](const Eigen::VectorXd& at, Eigen::VectorXd& gradient) {
    gradient = Eigen::Vector2d(2 * (at[0] - 3), 200 * (at[1] + 1));
    return (at[0] - 3) * (at[0] - 3) + 100 * (at[1] + 1) * (at[1] + 1);
  };
  const Eigen::VectorXd found =
      minimise(bowl, Eigen::Vector2d(0, 0), {.iterations = 100, .tolerance = 1e-14});
  CHECK(found[0] == Approx(3).epsilon(1e-5));
  CHECK(found[1] == Approx(-1).epsilon(1e-5));
}

TEST_CASE("a valley that bends is followed to its end") {
  const auto rosenbrock = [](const Eigen::VectorXd& p, Eigen::VectorXd& gradient) {
    const double bend = p[1] - p[0] * p[0];
    gradient = Eigen::Vector2d(-2 * (1 - p[0]) - 400 * p[0] * bend, 200 * bend);
    return (1 - p[0]) * (1 - p[0]) + 100 * bend * bend;
  };
  const Eigen::VectorXd found =
      minimise(rosenbrock, Eigen::Vector2d(-1.2, 1), {.iterations = 500, .tolerance = 1e-16});
  CHECK(found[0] == Approx(1).epsilon(1e-3));
  CHECK(found[1] == Approx(1).epsilon(1e-3));
}

TEST_CASE("steps never go where the value is infinite") {
  const auto walled = [](const Eigen::VectorXd& at, Eigen::VectorXd& gradient) {
    gradient = Eigen::VectorXd::Constant(1, -1.0);
    return at[0] > 2.0 ? std::numeric_limits<double>::infinity() : -at[0];
  };
  const Eigen::VectorXd found = minimise(walled, Eigen::VectorXd::Zero(1), {.tolerance = 0});
  CHECK(found[0] > 1.5);
  CHECK(found[0] <= 2.0);
  CHECK(minimise(walled, Eigen::VectorXd::Constant(1, 5.0), {})[0] == 5.0);
}

}  // namespace
}  // namespace quarry::predictors
