#include "server/studies/trial_groups.hpp"

#include <catch2/catch.hpp>

#include "tests/support/table_rows.hpp"

namespace quarry::server {
namespace {

TEST_CASE("failures that differ in numbers only are one group, the largest first") {
  const StudyTable table =
      test::table_of({{.state = TrialState::kFailed, .reason = "out of memory"},
                      {.state = TrialState::kFailed, .reason = "layer3.fc1 needs 12.5 MB"},
                      {.accuracy = 0.5},
                      {.state = TrialState::kFailed, .reason = "layer11.fc2 needs 7 MB"},
                      {.state = TrialState::kExpired, .reason = "out of memory"}});
  const auto groups = failures_of(table);
  REQUIRE(groups.size() == 3);
  CHECK(groups[0].reason == "layer#.fc# needs # MB");
  CHECK(groups[0].example == "layer3.fc1 needs 12.5 MB");
  CHECK(groups[0].trials == std::vector<std::uint32_t>{1, 3});
  CHECK(groups[1].trials.size() == 1);
  CHECK(groups[1].state != groups[2].state);
}

TEST_CASE("bars of one worker that overlap are in lanes of their own") {
  const StudyTable table = test::table_of({{.created_ms = 10000, .finished_ms = 12000},
                                           {.created_ms = 11000, .finished_ms = 13000},
                                           {.created_ms = 12000, .finished_ms = 14000},
                                           {.created_ms = 10000, .finished_ms = 11000}});
  const Timeline timeline = timeline_of(table, {{3, "phone"}}, 0, 1e9, 100);
  REQUIRE(timeline.bars.size() == 4);
  CHECK(timeline.last_s == 4.0);
  CHECK(timeline.bars[0].trial == 0);
  CHECK(timeline.bars[0].to_s == 2.0);
  CHECK(timeline.bars[1].worker == "phone");
  CHECK(timeline.bars[1].lane == 0);
  CHECK(timeline.bars[2].lane == 1);  // trial 1 begins while trial 0 is under way
  CHECK(timeline.bars[3].lane == 0);  // trial 2 begins when it is over
}

TEST_CASE("an open trial lasts until now, and a window shows what was over in it") {
  const StudyTable table = test::table_of({{.created_ms = 1000, .finished_ms = 2000},
                                           {.created_ms = 1000, .finished_ms = 5000},
                                           {.state = TrialState::kQueued, .created_ms = 4000}});
  CHECK(timeline_of(table, {}, 0, 1e9, 100).bars[2].to_s == 4.0);
  CHECK(timeline_of(table, {}, 2, 10, 100).bars.size() == 2);
  CHECK(timeline_of(table, {}, 0, 1, 100).bars.size() == 1);
}

TEST_CASE("more bars than wanted are counted in stretches of time") {
  std::vector<test::TableRow> rows;
  for (int i = 0; i < 400; ++i)
    rows.push_back({.state = i % 2 == 0 ? TrialState::kSucceeded : TrialState::kFailed,
                    .created_ms = 1000,
                    .finished_ms = 1000 + 10 * (i + 1)});
  const Timeline timeline = timeline_of(test::table_of(rows), {}, 0, 1e9, 50);
  CHECK(timeline.bars.empty());
  std::size_t finished = 0;
  std::size_t failed = 0;
  for (const TimelineBin& bin : timeline.bins) {
    finished += bin.finished;
    failed += bin.failed;
  }
  CHECK(finished == 400);
  CHECK(failed == 200);
  CHECK(timeline.bins.size() == 200);
}

}  // namespace
}  // namespace quarry::server
