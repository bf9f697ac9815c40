#include "predictors/natural_parameter_network.hpp"

#include <catch2/catch.hpp>

#include "tests/support/uniform.hpp"

namespace quarry::predictors {
namespace {

TEST_CASE("the loss's gradient by every parameter is what finite differences say") {
  NaturalParameterNetwork network(3, test::uniform(1));
  const Eigen::VectorXd x = Eigen::Vector3d(0.2, 0.9, 0.0);
  const Eigen::VectorXd gradient = network.loss_gradient(x, 0.7);
  for (Eigen::Index i = 0; i < gradient.size(); i += 97) {
    constexpr double kStep = 1e-5;
    const double kept = network.parameter(i);
    network.set_parameter(i, kept + kStep);
    const double up = network.loss(x, 0.7);
    network.set_parameter(i, kept - kStep);
    const double down = network.loss(x, 0.7);
    network.set_parameter(i, kept);
    CHECK(gradient[i] == Approx((up - down) / (2 * kStep)).epsilon(1e-4).margin(1e-6));
  }
}

TEST_CASE("the mean's gradient by the input is what finite differences say") {
  const NaturalParameterNetwork network(3, test::uniform(1));
  const Eigen::VectorXd x = Eigen::Vector3d(0.4, 0.1, 0.8);
  const Eigen::VectorXd gradient = network.mean_gradient(x);
  for (Eigen::Index i = 0; i < 3; ++i) {
    const Eigen::VectorXd step = 1e-5 * Eigen::VectorXd::Unit(3, i);
    const double slope = (network.predict(x + step).mean - network.predict(x - step).mean) / 2e-5;
    CHECK(gradient[i] == Approx(slope).epsilon(1e-5).margin(1e-9));
  }
}

TEST_CASE("training lowers the loss of the row it trains on") {
  NaturalParameterNetwork network(2, test::uniform(1));
  const Eigen::VectorXd x = Eigen::Vector2d(1, 0);
  const double before = network.loss(x, 0.9);
  for (int step = 0; step < 500; ++step) network.train_step(x, 0.9);
  CHECK(network.loss(x, 0.9) < before);
}

}  // namespace
}  // namespace quarry::predictors
