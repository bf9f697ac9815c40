#include "predictors/dropout_network.hpp"

#include <catch2/catch.hpp>

#include "tests/support/uniform.hpp"

namespace quarry::predictors {
namespace {

TEST_CASE("the prediction's gradient by the input is what finite differences say") {
  const DropoutNetwork network(3, 0.0, DropoutNetwork::Optimiser::kSgd, 0.1, test::uniform(7));
  const Eigen::VectorXd x = Eigen::Vector3d(0.4, 0.1, 0.8);
  const Eigen::VectorXd gradient = network.gradient(x);
  for (Eigen::Index i = 0; i < 3; ++i) {
    const Eigen::VectorXd step = 1e-5 * Eigen::VectorXd::Unit(3, i);
    CHECK(gradient[i] ==
          Approx((network.predict(x + step) - network.predict(x - step)) / 2e-5).epsilon(1e-5));
  }
}

TEST_CASE("a network learns to tell two points apart") {
  const Uniform uniform = test::uniform(7);
  for (const auto optimiser :
       {DropoutNetwork::Optimiser::kAdamW, DropoutNetwork::Optimiser::kSgd}) {
    const bool sgd = optimiser == DropoutNetwork::Optimiser::kSgd;
    DropoutNetwork network(2, 0.0, optimiser, sgd ? 0.5 : 2e-3, uniform);
    for (int step = 0; step < 2000; ++step) {
      network.train_step(Eigen::Vector2d(0, 1), 0.2, uniform);
      network.train_step(Eigen::Vector2d(1, 0), 0.8, uniform);
    }
    CHECK(network.predict(Eigen::Vector2d(0, 1)) == Approx(0.2).margin(0.05));
    CHECK(network.predict(Eigen::Vector2d(1, 0)) == Approx(0.8).margin(0.05));
  }
}

TEST_CASE("without dropout predictions have no spread, with it they do") {
  const Uniform uniform = test::uniform(7);
  const Eigen::VectorXd x = Eigen::Vector2d(0.5, 0.5);
  const DropoutNetwork sure(2, 0.0, DropoutNetwork::Optimiser::kAdamW, 2e-3, uniform);
  const DropoutNetwork unsure(2, 0.3, DropoutNetwork::Optimiser::kAdamW, 2e-3, uniform);
  CHECK(sure.deviation(x, 10, uniform) == Approx(0).margin(1e-7));
  CHECK(unsure.deviation(x, 10, uniform) > 1e-3);
}

}  // namespace
}  // namespace quarry::predictors
