#include "evaluators/classification.hpp"

#include <catch2/catch.hpp>
#include <cmath>

namespace quarry::evaluators {
namespace {

TEST_CASE("top-1 counts the first of equal logits") {
  const Logits logits{.classes = 3, .values = {1, 1, 0, 0, 0, 5}};
  CHECK(top1_accuracy(logits, std::vector<std::int32_t>{0, 2}) == 1.0);
  CHECK(top1_accuracy(logits, std::vector<std::int32_t>{1, 2}) == 0.5);
}

TEST_CASE("cross-entropy of even odds is the logarithm of the classes") {
  const Logits logits{.classes = 4, .values = {7, 7, 7, 7}};
  CHECK(cross_entropy(logits, std::vector<std::int32_t>{2}) == Approx(std::log(4.0)));
}

TEST_CASE("huge logits do not overflow") {
  const Logits logits{.classes = 2, .values = {10000, 0}};
  CHECK(cross_entropy(logits, std::vector<std::int32_t>{1}) == Approx(10000));
}

TEST_CASE("KL is zero between equals and the known value between two coins") {
  const Logits fair{.classes = 2, .values = {0, 0}};
  const Logits biased{.classes = 2, .values = {std::log(3.0F), 0}};
  CHECK(mean_kl(fair, fair) == Approx(0).margin(1e-12));
  CHECK(mean_kl(fair, biased) == Approx(0.5 * std::log(0.5 / 0.75) + 0.5 * std::log(0.5 / 0.25)));
}

}  // namespace
}  // namespace quarry::evaluators
