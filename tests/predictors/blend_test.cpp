#include "predictors/blend.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <stdexcept>

namespace quarry::predictors {
namespace {

TEST_CASE("a blend is its members' weighted sum, as unsure as they are and as they disagree") {
  const std::vector<BlendMember> members = {{nullptr, false, 0.5}, {nullptr, false, 0.5}};
  const Prediction mixed = Blend::mixed(members, 1.0, {{{10}, {3}}, {{18}, {3}}});
  CHECK(mixed.mean[0] == 15);
  CHECK(mixed.standard_deviation[0] == 5);  // 9 from each, 16 from being 4 off their middle
}

TEST_CASE("calibration stretches deviations until nine tenths of the rows are within 1.645") {
  Blend blend;
  Prediction guesses{std::vector<double>(19, 0.0), std::vector<double>(19, 1.0)};
  std::vector<double> y;
  for (int i = 1; i <= 19; ++i) y.push_back(i);  // 18 of them, the next rank, are up to 18
  blend.calibrate(guesses, y);
  blend.stretch(guesses);
  // The floor is a fifth of the usual error, 11.4.
  CHECK(guesses.standard_deviation[0] == Approx(18 / 1.6448536));
}

TEST_CASE("the logarithm of the targets makes a line of what multiplies") {
  Matrix x(12, 1);
  std::vector<double> y;
  for (std::size_t i = 0; i < x.rows; ++i) {
    x.row(i)[0] = static_cast<double>(i);
    y.push_back(std::exp2(x.row(i)[0]));
  }
  MemberModel model({find_predictor("ridge"), true}, Columns(1));
  model.fit(x, y, {}, true);
  Matrix next(1, 1);
  next.values = {12.5};
  CHECK(model.predict(next).mean[0] == Approx(std::exp2(12.5)).epsilon(0.01));
}

TEST_CASE("held-out guesses come from models that did not see the row") {
  // Two folds: even rows all say 1, odd rows all say 3.
  Matrix x(8, 1);
  std::vector<double> y;
  for (std::size_t i = 0; i < 8; ++i) y.push_back(i % 2 == 0 ? 1 : 3);
  const Prediction guesses =
      held_out_guesses({find_predictor("ridge")}, Columns(1), x, y, {}, 2, false);
  CHECK(guesses.mean[0] == 3);
  CHECK(guesses.mean[1] == 1);
}

TEST_CASE("a stored blend of blends, or of what there is not, is refused") {
  ModelState state{.kind = "auto",
                   .numbers = {{"weights", {1}}, {"logarithms", {0}}},
                   .texts = {},
                   .parts = {{.kind = "auto", .numbers = {}, .texts = {}, .parts = {{}}}}};
  CHECK_THROWS_AS(Blend::restored(state, Columns(1)), std::invalid_argument);
  state.parts.front() = {.kind = "oracle", .numbers = {}, .texts = {}, .parts = {}};
  CHECK_THROWS_AS(Blend::restored(state, Columns(1)), std::invalid_argument);
}

}  // namespace
}  // namespace quarry::predictors
