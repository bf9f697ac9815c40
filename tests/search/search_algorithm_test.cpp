#include "search/core/search_algorithm.hpp"

#include <catch2/catch.hpp>

namespace quarry::search {
namespace {

TEST_CASE(
    "the known violation comes from formulas and objectives, never from what must be measured") {
  Problem problem{.objectives = 2};
  problem.bounds.push_back({.exact = [](const Genome& genome) { return genome[0] - 1.0; }});
  problem.bounds.push_back({.objective = 1, .slope = 0.5, .offset = -2.0});
  problem.bounds.push_back({});
  CHECK(known_violation(problem, {3}, std::vector<double>{0.0, 4.0}) == 2.0);
  CHECK(known_violation(problem, {0}, std::vector<double>{0.0, 6.0}) == 1.0);
  CHECK(known_violation(problem, {0}, std::vector<double>{0.0, 0.0}) == 0.0);
}

TEST_CASE("what is foreseen comes from formulas and, where there is none, from priors") {
  const auto first_gene = [](const Genome& genome) { return static_cast<double>(genome[0]); };
  Problem problem{.objectives = 2};
  problem.exact = {first_gene, nullptr};
  problem.bounds = {{.objective = 0, .offset = -1.0}, {.objective = 1, .offset = -2.0}, {}};
  CHECK(foreseen_violation(problem, {5}) == 4.0);
  problem.prior = {nullptr, first_gene};
  CHECK(foreseen_violation(problem, {5}) == 7.0);
  problem.bounds[2].prior = [](const Genome&) { return 0.5; };
  CHECK(foreseen_violation(problem, {5}) == 7.5);
  CHECK(exact_violation(problem, {5}) == 4.0);
}

}  // namespace
}  // namespace quarry::search
