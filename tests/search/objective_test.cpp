#include "search/core/objective.hpp"

#include <catch2/catch.hpp>

namespace quarry::search {
namespace {

TEST_CASE("maximised objectives change sign, minimised ones do not, and back") {
  CHECK(to_minimised(Goal::kMaximize, 0.9) == -0.9);
  CHECK(to_minimised(Goal::kMinimize, 12.0) == 12.0);
  CHECK(to_minimised(Goal::kMaximize, to_minimised(Goal::kMaximize, 0.9)) == 0.9);
}

TEST_CASE("violation is the overshoot relative to the bound") {
  const Constraint constraint{.metric = "latency_ms", .min = 2.0, .max = 10.0};
  CHECK(violation(constraint, 5.0) == 0.0);
  CHECK(violation(constraint, 10.0) == 0.0);
  CHECK(violation(constraint, 12.0) == Approx(0.2));
  CHECK(violation(constraint, 1.0) == Approx(0.5));
}

TEST_CASE("a bound of zero can be violated without dividing by zero") {
  CHECK(std::isfinite(violation({.metric = "m", .min = {}, .max = 0.0}, 1.0)));
}

}  // namespace
}  // namespace quarry::search
