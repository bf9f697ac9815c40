#include "server/studies/study_history.hpp"

#include <catch2/catch.hpp>

#include "tests/support/table_rows.hpp"

namespace quarry::server {
namespace {

const std::vector<search::Objective> kObjectives = {
    {.metric = "accuracy", .goal = search::Goal::kMaximize},
    {.metric = "latency_ms", .goal = search::Goal::kMinimize}};

TEST_CASE("few trials are all shown, of many the first, the last and some between") {
  CHECK(checkpoints(3, 10) == std::vector<std::size_t>{1, 2, 3});
  CHECK(checkpoints(0, 10).empty());
  const auto some = checkpoints(100000, 40);
  CHECK(some.front() == 1);
  CHECK(some.back() == 100000);
  CHECK(some.size() <= 40);
  CHECK(some.size() > 30);
}

TEST_CASE("history has the hypervolume that the log has and the best feasible value so far") {
  const StudyTable table =
      test::table_of({{.accuracy = 0.5, .latency_ms = 4, .elapsed_s = 1, .hypervolume = 0.1},
                      {.state = TrialState::kFailed, .elapsed_s = 2},
                      {.state = TrialState::kInfeasible,
                       .accuracy = 0.9,
                       .latency_ms = 9,
                       .elapsed_s = 3,
                       .hypervolume = 0.1},
                      {.accuracy = 0.4, .latency_ms = 2, .elapsed_s = 4, .hypervolume = 0.3}});
  const auto history = history_of(table, kObjectives, 100);
  REQUIRE(history.size() == 4);
  CHECK(history[1].hypervolume == 0.1);  // a failure changes nothing
  CHECK(history[2].best == std::vector<double>{0.5, 4});
  CHECK(history[3].best == std::vector<double>{0.5, 2});
  CHECK(history[3].hypervolume == 0.3);
  CHECK(history[3].elapsed_s == 4);
}

TEST_CASE("by another study's reference the hypervolume is computed anew") {
  const StudyTable table = test::table_of({{.accuracy = 0.75, .latency_ms = 2},
                                           {.accuracy = 0.7, .latency_ms = 3},
                                           {.accuracy = 1.0, .latency_ms = 0}});
  // Accuracy from .5 to 1, latency from 10 to 0: .5 * .8, and then everything.
  const auto history = history_by(table, kObjectives, {0.5, 10.0}, 100);
  CHECK(history[0].hypervolume == Approx(0.4));
  CHECK(history[1].hypervolume == Approx(0.4));
  CHECK(history[2].hypervolume == Approx(1.0));
}

TEST_CASE("the reference is the one that the study settled on") {
  const StudyTable table =
      test::table_of({{.accuracy = 0.8, .latency_ms = 2}, {.accuracy = 0.6, .latency_ms = 1}});
  CHECK(reference_of(table, kObjectives, 100).empty());
  const auto reference = reference_of(table, kObjectives, 2);
  REQUIRE(reference.size() == 2);
  CHECK(reference[0] == Approx(0.6 - 0.05 * 0.4));
  CHECK(reference[1] == Approx(2.1));
}

}  // namespace
}  // namespace quarry::server
