// How the search benchmark keeps score, on four networks that are measured in counting order.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "tests/bench/search/run.hpp"

namespace quarry::bench {
namespace {

using search::Genome;
using Marks = std::map<std::size_t, double>;
using Numbers = std::vector<double>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
const Contestant kInOrder{.label = "", .algorithm = "exhaustive"};

// Two genes of two choices; the networks 00, 10, 01, 11 have these answers.
BenchProblem problem_of(std::vector<Answer> answers, search::ObjectiveVector reference,
                        double best_hypervolume) {
  BenchProblem problem;
  problem.space = integer_space(std::vector<std::size_t>{2, 2});
  problem.objectives = reference.size();
  problem.exact.resize(problem.objectives);
  problem.reference = std::move(reference);
  problem.best_hypervolume = best_hypervolume;
  problem.front = search::Points(problem.objectives);
  problem.evaluate = [answers = std::move(answers)](const Genome& genome) {
    return answers[genome[0] + 2U * genome[1]];
  };
  return problem;
}

// Below (4, 4) they cover 1, 3, 5 and 6.
BenchProblem staircase() {
  return problem_of({{{3, 3}, {}}, {{1, 3}, {}}, {{3, 1}, {}}, {{2, 2}, {}}}, {4, 4}, 6);
}

TEST_CASE("the share after every evaluation is the hypervolume by the best hypervolume") {
  CHECK(run_once(staircase(), kInOrder, 1, {4}).volume == Numbers{1.0 / 6, 0.5, 5.0 / 6, 1});
}

TEST_CASE("shares are kept at the marks and measuring ends at the last") {
  const Score score = run_once(staircase(), kInOrder, 1, {2, 3});
  CHECK(score.hypervolume_share == Marks{{2, 0.5}, {3, 5.0 / 6}});
  CHECK(score.volume.size() == 3);
}

TEST_CASE("a mark that a run does not reach has no share") {
  CHECK(run_once(staircase(), kInOrder, 1, {4, 9}).hypervolume_share == Marks{{4, 1}});
  Contestant slow = kInOrder;
  slow.most_evaluations = 2;
  CHECK(run_once(staircase(), slow, 1, {2, 4}).hypervolume_share == Marks{{2, 0.5}});
}

TEST_CASE("the distance to the true front is kept where the front is known") {
  CHECK(run_once(staircase(), kInOrder, 1, {4}).igd_plus.empty());
  BenchProblem known = staircase();
  known.front.add(Numbers{1, 3});
  known.front.add(Numbers{3, 1});
  // From (3, 3) both are 2 away in one objective; then one is reached, then the other.
  CHECK(run_once(known, kInOrder, 1, {1, 2, 3}).igd_plus == Marks{{1, 2}, {2, 1}, {3, 0}});
}

TEST_CASE("what is infeasible counts as an evaluation and scores nothing") {
  BenchProblem problem =
      problem_of({{{0, 0}, {0.1}}, {{3, 3}, {0}}, {{1, 1}, {2}}, {{2, 3}, {-1}}}, {4, 4}, 2);
  problem.bounds.resize(1);
  problem.front.add(Numbers{2, 3});
  const Score score = run_once(problem, kInOrder, 1, {1, 4});
  CHECK(score.volume == Numbers{0, 0.5, 0.5, 1});
  CHECK(score.best == Numbers{kInfinity, 3, 3, 2});
  CHECK(score.hypervolume_share == Marks{{1, 0}, {4, 1}});
  CHECK(score.igd_plus == Marks{{4, 0}});
}

TEST_CASE("what is not legal is not counted") {
  BenchProblem problem = problem_of(
      {{.succeeded = false}, {{3, 3}, {}}, {.succeeded = false}, {{1, 3}, {}}}, {4, 4}, 3);
  problem.legal = {{1, 0}, {1, 1}};
  const Score score = run_once(problem, kInOrder, 1, {1, 2, 3});
  CHECK(score.hypervolume_share == Marks{{1, 1.0 / 3}, {2, 1}});
  CHECK(score.best == Numbers{3, 1});
}

TEST_CASE("one objective is scored by its best value and its share at the marks") {
  const BenchProblem problem = problem_of({{{6}, {}}, {{9}, {}}, {{4}, {}}, {{5}, {}}}, {10}, 8);
  const Score score = run_once(problem, kInOrder, 1, {1, 2, 4});
  CHECK(score.best == Numbers{6, 6, 4, 4});
  CHECK(score.hypervolume_share == Marks{{1, 0.5}, {2, 0.5}, {4, 0.75}});
  CHECK(score.volume.empty());
}

TEST_CASE("with one objective a run ends when its best value is good enough") {
  const BenchProblem problem = problem_of({{{6}, {}}, {{9}, {}}, {{4}, {}}, {{5}, {}}}, {10}, 8);
  Contestant content = kInOrder;
  content.enough = 4;
  CHECK(run_once(problem, content, 1, {4}).best == Numbers{6, 6, 4});
}

TEST_CASE("three objectives are scored by their share at the marks") {
  const BenchProblem problem = problem_of(
      {{{1, 1, 1}, {}}, {{0, 1, 1}, {}}, {{1, 1, 0}, {}}, {{3, 0, 0}, {}}}, {2, 2, 2}, 4);
  const Score score = run_once(problem, kInOrder, 1, {1, 3, 4});
  CHECK(score.hypervolume_share == Marks{{1, 0.25}, {3, 0.75}, {4, 0.75}});
  CHECK(score.volume.empty());
}

TEST_CASE("trials are counted until a value is good enough, ties too") {
  const Score score{.best = {kInfinity, 6, 4, 4}};
  CHECK(trials_until(score, 7) == 2);
  CHECK(trials_until(score, 4) == 3);
  CHECK(trials_until(score, 3.9) == 5);
  CHECK(trials_until({}, 1) == 1);
}

TEST_CASE("evaluations are counted until the mean share of all runs passes a mark") {
  const std::vector<Score> scores = {{.volume = {0, 0.5, 1}}, {.volume = {0.5, 0.5, 0.5, 1}}};
  CHECK(evaluations_to_pass(scores, 0.2) == 1U);
  CHECK(evaluations_to_pass(scores, 0.5) == 3U);
}

TEST_CASE("a mark that is not passed before the shortest run ends, or without runs, has no count") {
  CHECK_FALSE(evaluations_to_pass({{.volume = {0.2}}, {.volume = {0.2, 1}}}, 0.3));
  CHECK_FALSE(evaluations_to_pass({{.volume = {0.3}}}, 0.3));
  CHECK_FALSE(evaluations_to_pass({Score{}}, 0));
  CHECK_FALSE(evaluations_to_pass({}, 0));
}

TEST_CASE("a contestant's options reach its algorithm") {
  // A generation of four is measured before there are parents to breed from.
  const BenchProblem problem = classic_problems().front();
  Contestant usual{.label = "", .algorithm = "nsga2"};
  Contestant small = usual;
  small.options["population"] = std::int64_t{4};
  const Numbers ours = run_once(problem, small, 1, {20}).volume;
  CHECK(ours != run_once(problem, usual, 1, {20}).volume);
}

TEST_CASE("a run for every seed from one on is the run of that seed") {
  const BenchProblem problem = classic_problems().front();
  const Contestant random{.label = "", .algorithm = "random"};
  const std::vector<Score> scores = run_seeds(problem, random, 5, {30});
  REQUIRE(scores.size() == 5);
  for (std::size_t i = 0; i < scores.size(); ++i)
    CHECK(scores[i].volume == run_once(problem, random, i + 1, {30}).volume);
  CHECK(scores[0].volume != scores[1].volume);
}

TEST_CASE("an algorithm is told how many genes away the nearest legal network is") {
  BenchProblem problem = staircase();
  CHECK(problem_for(problem).bounds.empty());
  problem.legal = {{0, 1}, {1, 1}};
  const search::Problem searched = problem_for(problem);
  REQUIRE(searched.bounds.size() == 1);
  CHECK(searched.bounds[0].exact({0, 0}) == 1.0);
  CHECK(searched.bounds[0].exact({1, 1}) == 0.0);
  problem.legal = {{1, 1}};
  CHECK(problem_for(problem).bounds[0].exact({0, 0}) == 2.0);
}

TEST_CASE("a reflected problem has its answers, formulas, bounds and seeds at mirrored networks") {
  // Of two genes the second is mirrored.
  BenchProblem problem = staircase();
  problem.exact[0] = [](const Genome& genome) { return 1.0 * genome[1]; };
  problem.bounds = {{.exact = [](const Genome& genome) { return 2.0 * genome[1]; }}, {}};
  problem.seeds = {{1, 0}};
  problem.legal = {{0, 0}, {0, 1}, {1, 0}};
  const BenchProblem mirrored = reflected(problem);
  CHECK(mirrored.evaluate({0, 1}).objectives == Numbers{3, 3});
  CHECK(mirrored.evaluate({1, 1}).objectives == Numbers{1, 3});
  CHECK(mirrored.evaluate({1, 0}).objectives == Numbers{2, 2});
  CHECK(mirrored.exact[0]({0, 0}) == 1.0);
  CHECK_FALSE(mirrored.exact[1]);
  CHECK(mirrored.bounds[0].exact({0, 0}) == 2.0);
  CHECK_FALSE(mirrored.bounds[1].exact);
  CHECK(mirrored.seeds == std::vector<Genome>{{1, 1}});
  CHECK(mirrored.legal == std::vector<Genome>{{0, 0}, {0, 1}, {1, 1}});
}

TEST_CASE("about half of many genes are mirrored, the first is not") {
  BenchProblem problem = staircase();
  problem.space = integer_space(std::vector<std::size_t>(100, 3));
  problem.evaluate = [](const Genome& genome) {
    return Answer{{1.0 * genome[0], 1.0 * static_cast<double>(std::ranges::count(genome, 2))}, {}};
  };
  const Answer corner = reflected(problem).evaluate(Genome(100, 0));
  CHECK(corner.objectives[0] == 0.0);
  CHECK(corner.objectives[1] == 49.0);
  CHECK(reflected(reflected(problem)).evaluate(Genome(100, 0)).objectives == Numbers{0, 0});
}

TEST_CASE("mean and deviation of a few values") {
  CHECK(mean({1, 2, 6}) == 3.0);
  CHECK(deviation({1, 3, 5}) == 2.0);
  CHECK(deviation({7}) == 0.0);
  CHECK(std::isnan(mean({})));
  CHECK(deviation({}) == 0.0);
}

}  // namespace
}  // namespace quarry::bench
