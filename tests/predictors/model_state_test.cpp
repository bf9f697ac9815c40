#include "predictors/model_state.hpp"

#include <catch2/catch.hpp>
#include <functional>
#include <limits>
#include <stdexcept>

namespace quarry::predictors {
namespace {

std::string refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

const Columns kColumns = {{ColumnKind::kNumber, 0}, {ColumnKind::kOrdinal, 3}};

TEST_CASE("rows come back from a state as they went in") {
  Matrix x(2, 2);
  x.values = {0.1, 2, -5, kAbsent};
  ModelState state = state_of("oak", kColumns);
  save_rows(x, state);
  CHECK(saved_rows(state, 2) == x);
}

TEST_CASE("a state says why it is not the one that a model needs") {
  ModelState state = state_of("oak", kColumns);
  state.numbers["weights"] = {1, 2};
  state.numbers["odd"] = {std::numeric_limits<double>::infinity()};
  state.numbers["rows"] = {1, 2, 3};
  CHECK(refusal([&] { require_state(state, "oak", kColumns); }) == "");
  CHECK(refusal([&] { require_state(state, "elm", kColumns); }) ==
        "expected the stored state of 'elm', got one of 'oak'");
  CHECK(refusal([&] { require_state(state, "oak", Columns(2)); }) ==
        "the stored state of 'oak' is of other columns than this model's 2");
  CHECK(refusal([&] { saved_numbers(state, "bias"); }) == "the stored state of 'oak' lacks 'bias'");
  CHECK(refusal([&] { saved_numbers(state, "weights", 3); }) ==
        "the stored state of 'oak' needs 3 numbers in 'weights', has 2");
  CHECK(refusal([&] { saved_number(state, "odd"); }) ==
        "the stored state of 'oak' has a number in 'odd' that is not finite");
  CHECK(refusal([&] { saved_rows(state, 2); }) ==
        "the stored state of 'oak' has 3 numbers in 'rows', which are no rows of 2");
}

TEST_CASE("a count in a state is a whole number within its bounds") {
  ModelState state = state_of("oak", kColumns);
  state.numbers["degree"] = {2};
  CHECK(saved_count(state, "degree", 1, 2) == 2);
  CHECK_THROWS_AS(saved_count(state, "degree", 3, 9), std::invalid_argument);
  state.numbers["degree"] = {1.5};
  CHECK_THROWS_AS(saved_count(state, "degree", 1, 2), std::invalid_argument);
}

}  // namespace
}  // namespace quarry::predictors
