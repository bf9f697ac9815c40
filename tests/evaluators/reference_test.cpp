#include "evaluators/onednn/reference.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

namespace quarry::evaluators {
namespace {

TEST_CASE("the reference computes the same finite numbers in every run") {
  const auto reference = make_reference_network(1);
  reference->run();
  const std::vector<float> first(reference->output().begin(), reference->output().end());
  reference->run();
  CHECK(std::equal(first.begin(), first.end(), reference->output().begin()));
  // 784 rows of 64 normalised numbers, transposed: a row is a column here.
  double sum = 0.0;
  double squares = 0.0;
  for (std::size_t i = 0; i < 64; ++i) {
    const double x = first[i * 784];
    sum += x;
    squares += x * x;
  }
  CHECK(sum == Approx(0.0).margin(1e-4));
  CHECK(squares == Approx(64).epsilon(1e-3));
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
  const std::span<const CompiledStep> steps = reference->steps();
  const CompiledStep& norm = steps[steps.size() - 2];
  CHECK(norm.bytes == 2 * 784 * 64 * 4 + 2 * 64 * 4);  // input and output, scale and shift
  CHECK_FALSE(norm.is_reorder);
  CHECK(steps.back().bytes == 2 * 784 * 64 * 4);
  CHECK(steps.back().is_reorder);
}

}  // namespace
}  // namespace quarry::evaluators
