#include "evaluators/onednn/reference.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

namespace quarry::evaluators {
namespace {

TEST_CASE("the reference computes the same finite numbers in every run") {
  const auto reference = make_reference_network(1);
  reference->run();
  const std::vector<float> first(reference->output().begin(), reference->output().end());
  reference->run();
  CHECK(std::equal(first.begin(), first.end(), reference->output().begin()));
  // Each row of 64 numbers is normalised.
  CHECK(std::accumulate(first.begin(), first.begin() + 64, 0.0) == Approx(0.0).margin(1e-4));
  CHECK(std::transform_reduce(first.begin(), first.begin() + 64, 0.0, std::plus<>(),
                              [](float x) { return double{x} * x; }) == Approx(64).epsilon(1e-3));
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
  const CompiledStep& norm = reference->steps().back();
  CHECK(norm.bytes == 2 * 784 * 64 * 4 + 2 * 64 * 4);  // input and output, scale and shift
  CHECK_FALSE(norm.is_reorder);
}

}  // namespace
}  // namespace quarry::evaluators
