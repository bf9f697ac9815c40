#include "evaluators/onednn/reference.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

namespace quarry::evaluators {
namespace {

TEST_CASE("the reference computes the same finite numbers in every run") {
  const auto reference = make_reference_network(1);
  reference->run();
  const std::vector<float> first(reference->output().begin(), reference->output().end());
  reference->run();
  CHECK(std::equal(first.begin(), first.end(), reference->output().begin()));
  CHECK(std::ranges::all_of(first, [](float x) { return std::isfinite(x); }));
  CHECK(*std::ranges::max_element(first) > *std::ranges::min_element(first));
}

TEST_CASE("a timed run computes what a run computes, one time for each step") {
  const auto reference = make_reference_network(2);
  reference->run();
  const std::vector<float> expected(reference->output().begin(), reference->output().end());
  const std::vector<double> step_ms = reference->run_timed();
  CHECK(std::equal(expected.begin(), expected.end(), reference->output().begin()));
  REQUIRE(step_ms.size() == reference->steps().size());
  for (const double ms : step_ms) CHECK(ms > 0.0);
}

TEST_CASE("a step's bytes are those of all its arguments") {
  const auto reference = make_reference_network(1);
  const auto steps = reference->steps();
  const auto softmax = std::ranges::find(steps, "softmax", &CompiledStep::part);
  REQUIRE(softmax != steps.end());
  CHECK(softmax->bytes == 2 * 512 * 512 * 4);  // input and output
  CHECK_FALSE(softmax->is_reorder);
}

}  // namespace
}  // namespace quarry::evaluators
