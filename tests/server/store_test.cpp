#include "server/storage/store.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/support/golden_database.hpp"
#include "tests/support/server.hpp"

namespace quarry::server {
namespace {

using test::run_sql;

StudyRecord stored_study(const std::string& id, const std::string& state = "running") {
  return {.id = id,
          .name = "n",
          .spec = "{}",
          .state = state,
          .reason = "",
          .created_at = "2026-01-01T00:00:00.000Z"};
}

Commit with_events(const std::string& id, int count) {
  Commit change{.study = stored_study(id)};
  for (int i = 0; i < count; ++i)
    change.events.push_back({.type = "e", .at = "t", .data = std::to_string(i)});
  return change;
}

TEST_CASE("events of each study are numbered from one, without gaps, across reopening") {
  const test::TemporaryFolder folder;
  {
    const auto store = open_sqlite_store(folder.path());
    CHECK(store->commit(with_events("a", 2)) == 2);
    CHECK(store->commit(with_events("b", 1)) == 1);
  }
  const auto store = open_sqlite_store(folder.path());
  CHECK(store->commit(with_events("a", 1)) == 3);
  const std::vector<EventRecord> events = store->events("a", 1, 10);
  REQUIRE(events.size() == 2);
  CHECK(events[0].sequence == 2);
  CHECK(events[0].data == "1");
  CHECK(events[1].sequence == 3);
  CHECK(store->events("a", 0, 1).size() == 1);
}

TEST_CASE("a study's row is created, replaced and listed newest first") {
  const test::TemporaryFolder folder;
  const auto store = open_sqlite_store(folder.path());
  store->commit({.study = stored_study("a")});
  StudyRecord later = stored_study("b");
  later.created_at = "2026-01-02T00:00:00.000Z";
  later.hypervolume = 0.5;
  store->commit({.study = later});
  store->commit({.study = stored_study("a", "completed")});
  CHECK(store->studies().front() == later);
  CHECK(store->study("a")->state == "completed");
  CHECK_FALSE(store->study("a")->hypervolume.has_value());
  CHECK_FALSE(store->study("c").has_value());
}

TEST_CASE("a study's labels change beside its log, which does not change them") {
  const test::TemporaryFolder folder;
  const auto store = open_sqlite_store(folder.path());
  StudyRecord made = stored_study("a");
  made.tags = {"night"};
  store->commit({.study = made});
  store->set_labels("a", {.name = "m", .tags = {"x", "y"}, .notes = "why", .priority = 3});
  store->commit({.study = made});
  const StudyRecord found = *store->study("a");
  CHECK(found.name == "m");
  CHECK(found.tags == std::vector<std::string>{"x", "y"});
  CHECK(found.notes == "why");
  CHECK(found.priority == 3);
}

TEST_CASE("a removed study is gone, what it measured is still known") {
  const test::TemporaryFolder folder;
  const auto store = open_sqlite_store(folder.path());
  const MeasurementKey key{"net@1", "0,1", "latency_ms", "onednn {}", "fp_1"};
  Commit change = with_events("a", 2);
  change.trials = {{.number = 0, .state = "succeeded", .data = "{}"}};
  change.measurements = {{key, {.value = 2.0, .fingerprint = "fp_1"}, 0}};
  store->commit(change);
  store->commit({.study = stored_study("b")});
  store->remove("a");
  CHECK_FALSE(store->study("a").has_value());
  CHECK(store->studies().size() == 1);
  CHECK(store->events("a", 0, 10).empty());
  CHECK(store->trials("a", {}).empty());
  CHECK(store->find_measurement(key)->value == 2.0);
}

TEST_CASE("the history of a study's states is read without its other events") {
  const test::TemporaryFolder folder;
  const auto store = open_sqlite_store(folder.path());
  Commit change = with_events("a", 3);
  change.events[1].type = "study.state";
  store->commit(change);
  const std::vector<EventRecord> history = store->state_history("a");
  REQUIRE(history.size() == 1);
  CHECK(history[0].sequence == 2);
}

TEST_CASE("trials are replaced by number, leave the front, and are queried in pages") {
  const test::TemporaryFolder folder;
  const auto store = open_sqlite_store(folder.path());
  Commit change{.study = stored_study("a")};
  for (std::int64_t number = 0; number < 5; ++number) {
    change.trials.push_back({.number = number,
                             .state = "running",
                             .on_front = number % 2 == 0,
                             .is_baseline = number == 0,
                             .data = "{}"});
  }
  store->commit(change);
  Commit update{
      .study = stored_study("a"),
      .trials = {{.number = 4, .state = "succeeded", .on_front = true, .data = "{\"x\":1}"}}};
  update.left_front = {0, 2};
  store->commit(update);
  CHECK(store->trials("a", {.after = 1, .limit = 2}).size() == 2);
  const std::vector<TrialRecord> front = store->trials("a", {.front_only = true});
  REQUIRE(front.size() == 1);
  CHECK(front[0].data == "{\"x\":1}");
  CHECK(store->trials("a", {.baselines_only = true}).size() == 1);
}

TEST_CASE("a measurement answers only the very same question, the latest first") {
  const test::TemporaryFolder folder;
  const auto store = open_sqlite_store(folder.path());
  const MeasurementKey key{"net@1", "0,1", "latency_ms", "onednn {}", "fp_1"};
  Commit change{.study = stored_study("a")};
  change.measurements.push_back(
      {key, {.value = 2.0, .spread = 0.1, .samples = 30, .fingerprint = "fp_1"}, 0});
  change.measurements.push_back({key,
                                 {.value = 3.0,
                                  .spread = 0.1,
                                  .samples = 31,
                                  .fingerprint = "fp_1",
                                  .detail = {{"drift", 1.01}},
                                  .sample_values = {2.9, 3.0, 3.25}},
                                 1});
  change.fingerprints = {{"fp_1", "some machine"}};
  store->commit(change);
  CHECK(store->find_measurement(key) == search::Measurement{.value = 3.0,
                                                            .spread = 0.1,
                                                            .samples = 31,
                                                            .fingerprint = "fp_1",
                                                            .detail = {{"drift", 1.01}},
                                                            .sample_values = {2.9, 3.0, 3.25}});
  MeasurementKey other = key;
  other.fingerprint = "fp_2";
  CHECK_FALSE(store->find_measurement(other).has_value());
  CHECK(store->fingerprint("fp_1") == "some machine");
  CHECK(store->fingerprint("fp_2") == "");
}

TEST_CASE("a database of every earlier schema is brought up to date, and kept beside as it was") {
  const MeasurementKey key{"net@1", "0,1", "latency_ms", "onednn {}", "fp_1"};
  for (const int version : {1, 2, 3, 4, 5, 6, 7, 8, 9}) {
    INFO("schema " << version);
    const test::TemporaryFolder folder;
    test::write_golden_database(folder.path(), version);
    search::Measurement measurement{
        .value = 2.0, .spread = 0.1, .samples = 30, .fingerprint = "fp_1"};
    if (version >= 2) measurement.detail["drift"] = 1.5;
    for (int opening = 0; opening < 2; ++opening) {
      const auto store = open_sqlite_store(folder.path());
      CHECK(store->study("a")->hypervolume == 0.25);
      CHECK(store->events("a", 0, 10).size() == 1);
      CHECK(store->trials("a", {.front_only = true}).size() == 1);
      CHECK(store->find_measurement(key) == measurement);
      CHECK(store->fingerprint("fp_1") == "a machine");
    }
    CHECK(std::filesystem::exists(folder.path() + "/quarry.db.schema-" + std::to_string(version)));
  }
}

TEST_CASE("a commit that fails half-way leaves nothing behind") {
  const test::TemporaryFolder folder;
  const auto store = open_sqlite_store(folder.path());
  store->commit(with_events("a", 1));
  run_sql(folder.path(),
          "CREATE TRIGGER no_trials BEFORE INSERT ON trials BEGIN SELECT raise(ABORT, 'disk "
          "trouble'); END");
  Commit change = with_events("a", 3);
  change.study.state = "completed";
  change.trials.push_back({.number = 0, .state = "running", .data = "{}"});
  CHECK_THROWS_WITH(store->commit(change), Catch::Contains("disk trouble"));
  CHECK(store->events("a", 0, 10).size() == 1);
  CHECK(store->study("a")->state == "running");
}

TEST_CASE(
    "a newer database, another program's and no database at all are refused with what to do") {
  const test::TemporaryFolder newer;
  open_sqlite_store(newer.path());
  run_sql(newer.path(), "PRAGMA user_version = 99");
  CHECK_THROWS_WITH(open_sqlite_store(newer.path()),
                    Catch::Contains("written by a newer Quarry (schema 99"));

  const test::TemporaryFolder foreign;
  run_sql(foreign.path(), "CREATE TABLE theirs (x)");
  CHECK_THROWS_WITH(open_sqlite_store(foreign.path()),
                    Catch::Contains("a database of another program"));

  const test::TemporaryFolder garbage;
  std::ofstream(garbage.path() + "/quarry.db") << std::string(4096, 'x');
  CHECK_THROWS_WITH(open_sqlite_store(garbage.path()), Catch::Contains("file is not a database"));

  CHECK_THROWS_WITH(open_sqlite_store("/proc/nowhere"),
                    Catch::Contains("give --data a folder that can be written"));
}

}  // namespace
}  // namespace quarry::server
