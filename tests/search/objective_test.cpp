#include "search/core/objective.hpp"

#include <catch2/catch.hpp>

namespace quarry::search {
namespace {

TEST_CASE("maximised objectives change sign, minimised ones do not, and back") {
  CHECK(to_minimised(Goal::kMaximize, 0.9) == -0.9);
  CHECK(to_minimised(Goal::kMinimize, 12.0) == 12.0);
  CHECK(to_minimised(Goal::kMaximize, to_minimised(Goal::kMaximize, 0.9)) == 0.9);
}

TEST_CASE("a margin says how far beyond its bound a value lies, relative to the bound") {
  const Constraint constraint{.metric = "latency_ms", .min = 2.0, .max = 10.0};
  CHECK(margins(constraint, 10.0) == std::vector<double>{0.0, -4.0});
  CHECK(margins(constraint, 12.0)[0] == Approx(0.2));
  CHECK(margins(constraint, 1.0)[1] == Approx(0.5));
  CHECK(margins({.metric = "latency_ms", .max = 10.0}, 5.0) == std::vector<double>{-0.5});
}

TEST_CASE("the violation adds up the margins that do not hold and nothing else") {
  CHECK(violation(std::vector<double>{-3.0, 0.0}) == 0.0);
  CHECK(violation(std::vector<double>{-3.0, 0.2, 0.5}) == Approx(0.7));
  CHECK(violation({}) == 0.0);
}

TEST_CASE("a bound of zero can be violated without dividing by zero") {
  CHECK(std::isfinite(margins({.metric = "m", .min = {}, .max = 0.0}, 1.0)[0]));
}

}  // namespace
}  // namespace quarry::search
