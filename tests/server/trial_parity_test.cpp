#include "server/studies/trial_parity.hpp"

#include <catch2/catch.hpp>

#include "tests/support/table_rows.hpp"

namespace quarry::server {
namespace {

TEST_CASE("parity compares what was predicted with what was measured") {
  const StudyTable table = test::table_of({{.accuracy = 0.5, .predicted_accuracy = 0.4},
                                           {.accuracy = 0.9},
                                           {.accuracy = 0.6, .predicted_accuracy = 0.7},
                                           {.accuracy = 0.8, .predicted_accuracy = 0.8}});
  const Parity parity = parity_of(table, "accuracy");
  CHECK(parity.trials == std::vector<std::uint32_t>{0, 2, 3});
  REQUIRE(parity.all);
  CHECK(parity.all->count == 3);
  CHECK(parity.all->trials == 4);
  CHECK(parity.all->mean_absolute == Approx(0.2 / 3));
  CHECK(parity.all->bias == Approx(0.0).margin(1e-12));
  // Of -.1, 0 and .1.
  CHECK(parity.all->low == Approx(-0.09));
  CHECK(parity.all->high == Approx(0.09));
  CHECK(parity.all->kendall_tau == Approx(1.0));
}

TEST_CASE("trials that failed, and metrics that nobody predicts, have no parity") {
  const StudyTable table = test::table_of(
      {{.state = TrialState::kFailed, .predicted_accuracy = 0.4}, {.accuracy = 0.9}});
  CHECK_FALSE(parity_of(table, "accuracy").all);
  CHECK(parity_of(table, "latency_ms").trials.empty());
  CHECK(parity_of(table, "bleu").over_time.empty());
}

TEST_CASE("the error over time is that of consecutive parts") {
  std::vector<test::TableRow> rows;
  for (int i = 0; i < 10; ++i)  // the later half is predicted exactly
    rows.push_back({.accuracy = 0.1 * i, .predicted_accuracy = i < 5 ? 0.1 * i + 0.2 : 0.1 * i});
  const Parity parity = parity_of(test::table_of(rows), "accuracy");
  REQUIRE(parity.over_time.size() == 2);
  CHECK(parity.over_time[0].trials == 5);
  CHECK(parity.over_time[0].mean_absolute == Approx(0.2));
  CHECK(parity.over_time[0].bias == Approx(-0.2));
  CHECK(parity.over_time[1].trials == 10);
  CHECK(parity.over_time[1].mean_absolute == Approx(0.0).margin(1e-12));
}

}  // namespace
}  // namespace quarry::server
