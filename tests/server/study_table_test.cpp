#include "server/studies/study_table.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "server/storage/database.hpp"
#include "server/storage/store.hpp"
#include "tests/support/server.hpp"

namespace quarry::server {
namespace {

const char* const kFinished =
    R"({"number":1,"state":"succeeded","genome":[3,0,7],"config":{"depth":6},"policy":{"a":"int8"},)"
    R"("metrics":{"accuracy":{"fingerprint":"fp","samples":5,"source":"measured","spread":0.5,"value":0.75},)"
    R"("macs":{"samples":1,"source":"exact","spread":0.0,"value":100}},)"
    R"("origin":{"how":"crossover","predicted":{"accuracy":0.7}},)"
    R"("front":{"added":true,"removed":[0]},"hypervolume":0.25,"elapsed_s":1.5})";

StudyTable folded(const std::vector<std::pair<const char*, const char*>>& events) {
  StudyTable table;
  TableFold fold;
  std::int64_t sequence = 0;
  for (const auto& [type, data] : events)
    fold.add(table, {++sequence, type, "2026-11-26T00:00:01.500Z", data});
  return table;
}

TEST_CASE("a finished trial is a row of its numbers, at its number") {
  const StudyTable table =
      folded({{"trial.created", "{\"number\":0,\"sta"}, {"trial.finished", kFinished}});
  REQUIRE(table.size() == 2);
  CHECK(table.sequence == 2);
  CHECK(table.state == std::vector{TrialState::kQueued, TrialState::kSucceeded});
  CHECK(table.created_ms[0] == 1795651201500);
  CHECK(table.finished_ms[1] == 1795651201500);
  CHECK(std::vector(table.genome(1).begin(), table.genome(1).end()) == search::Genome{3, 0, 7});
  const MetricColumn& accuracy = table.metrics.at("accuracy");
  CHECK(std::isnan(accuracy.value[0]));
  CHECK(accuracy.value[1] == 0.75);
  CHECK(accuracy.spread[1] == 0.5F);
  CHECK(table.metrics.at("macs").source[1] == search::Source::kExact);
  CHECK(table.predicted.at("accuracy")[1] == 0.7);
  CHECK(table.finished.at(0).hypervolume == 0.25);
  CHECK(table.finished.at(0).elapsed_s == 1.5);
}

TEST_CASE("who joins the front is on it until somebody removes it") {
  StudyTable table =
      folded({{"trial.finished",
               R"({"number":0,"state":"succeeded","genome":[],"metrics":{},)"
               R"("front":{"added":true,"removed":[]},"hypervolume":null,"elapsed_s":1})"}});
  CHECK(table.on_front[0] == 1);
  CHECK(std::isnan(table.finished[0].hypervolume));
  TableFold().add(table, {2, "trial.finished", "", kFinished});
  CHECK(table.on_front == std::vector<std::uint8_t>{0, 1});
}

TEST_CASE("a failed trial keeps its reason, a tested one its test") {
  const StudyTable table = folded(
      {{"trial.finished",
        R"({"number":0,"state":"failed","genome":[1],"metrics":{},"reason":"no \"x\"","elapsed_s":2})"},
       {"trial.tested",
        R"({"metrics":{"test_accuracy":{"samples":1,"source":"measured","spread":0,"value":0.5}},"number":0})"}});
  CHECK(table.state[0] == TrialState::kFailed);
  CHECK(table.reasons[table.reason[0]] == "no \"x\"");
  CHECK(table.metrics.at("test_accuracy").value[0] == 0.5);
}

// Trial 0 is the front, trial 1 is not on it.
const char* const kFirst =
    R"({"number":0,"state":"succeeded","genome":[3,0,7],)"
    R"("metrics":{"accuracy":{"fingerprint":"fp","samples":5,"source":"measured","spread":0.5,"value":0.8}},)"
    R"("front":{"added":true,"removed":[]},"hypervolume":0.2,"elapsed_s":1})";
const char* const kLeftOut =
    R"({"number":1,"state":"succeeded","genome":[3,0,6],)"
    R"("metrics":{"accuracy":{"fingerprint":"fp","samples":5,"source":"measured","spread":0.5,"value":0.75}},)"
    R"("front":{"added":false,"removed":[]},"hypervolume":0.2,"elapsed_s":2})";
std::string confirmed(double value) {
  return R"({"members":[{"trial":0,"state":"infeasible","repeats":3,"metrics":{"accuracy":)"
         R"({"fingerprint":"fp","samples":9,"source":"measured","spread":0.1,"value":)" +
         std::to_string(value) +
         R"(}}}],"front":{"added":[1],"removed":[0]},"hypervolume":0.5,"confirmation":1})";
}

TEST_CASE("a confirmation changes what is known of its members, and the front") {
  const StudyTable table = folded({{"trial.finished", kFirst},
                                   {"trial.finished", kLeftOut},
                                   {"study.confirmed", confirmed(0.7).c_str()}});
  const MetricColumn& accuracy = table.metrics.at("accuracy");
  CHECK(accuracy.value == std::vector{0.7, 0.75});
  CHECK(accuracy.spread[0] == 0.1F);
  CHECK(table.state == std::vector{TrialState::kInfeasible, TrialState::kSucceeded});
  CHECK(table.on_front == std::vector<std::uint8_t>{0, 1});
  CHECK(table.finished.size() == 2);
}

TEST_CASE("of a metric that was confirmed the value that came first is kept, once") {
  const StudyTable table = folded({{"trial.finished", kFirst},
                                   {"trial.finished", kLeftOut},
                                   {"study.confirmed", confirmed(0.7).c_str()},
                                   {"study.confirmed", confirmed(0.6).c_str()}});
  const MetricColumn& accuracy = table.metrics.at("accuracy");
  CHECK(accuracy.value[0] == 0.6);
  CHECK(accuracy.first == std::map<std::uint32_t, double>{{0, 0.8}});
}

TEST_CASE("a log that no version wrote is told, not guessed at") {
  CHECK_THROWS_WITH(folded({{"trial.finished", "{\"number\":0,"}}),
                    Catch::Contains("event 1 of the log cannot be read"));
  CHECK_THROWS(folded({{"trial.created", "{}"}}));
}

TEST_CASE("tables read a log once and then only what is new") {
  test::TemporaryFolder folder;
  const auto database = open_database(folder.path());
  const auto store = open_sqlite_store(database);
  StudyTables tables(database);
  Commit change{.study = {.id = "st_1", .spec = "{}", .state = "running"}};
  for (int i = 0; i < 2000; ++i) {
    const std::string start = "{\"number\":" + std::to_string(i);
    change.events.push_back({.type = "trial.created", .data = start + ",\"state\":\"queued\"}"});
    change.events.push_back({.type = "trial.measured", .data = "not looked at"});
    change.events.push_back(
        {.type = "trial.finished",
         .data = start + R"(,"state":"failed","genome":[0],"metrics":{},"elapsed_s":1})"});
  }
  store->commit(change);
  CHECK(tables.read("st_1")->size() == 2000);
  CHECK(tables.read("st_1")->sequence == 6000);
  // What would be read a second time could not be.
  Query(database->writer, "UPDATE events SET data = 'gone' WHERE sequence <= 6000").run();
  change.events = {{.type = "trial.created", .data = "{\"number\":2000}"}};
  store->commit(change);
  const auto reading = tables.read("st_1");
  CHECK(reading->size() == 2001);
  CHECK(reading->finished.size() == 2000);
  CHECK(tables.read("st_other")->size() == 0);
}

}  // namespace
}  // namespace quarry::server
