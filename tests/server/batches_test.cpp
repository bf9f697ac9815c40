// Many trials in one commit: nothing about them depends on how many there were.
#include <atomic>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/api_fixture.hpp"
#include "tests/support/bench.hpp"
#include "tests/support/studies.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

json spec_json(const json& algorithm, int trials) {
  return {{"supernet", "fashion_vit"},
          {"objectives", {{{"metric", "params"}, {"goal", "maximize"}}, {{"metric", "macs"}}}},
          {"algorithm", algorithm},
          {"budget", {{"trials", trials}}}};
}

struct Outcome {
  std::string trials;  // genome, state, metrics and place on the front of each
  std::string types;   // of the log's events
};

// step: how much time passes whenever somebody looks at the clock.
Outcome outcome_of(const json& document, double step) {
  test::Bench bench;
  const StudyRecord record{
      .id = "st_1", .spec = to_json(test::spec_of(document)).dump(), .state = "queued"};
  bench.store->commit({.study = record});
  StudyContext context = bench.context();
  context.clock.steady_seconds = [&bench, step] { return bench.now = bench.now + step; };
  Conductor(context, record).run({});
  Outcome outcome;
  for (const TrialRecord& trial : bench.store->trials("st_1", {.limit = 10000})) {
    const json data = json::parse(trial.data);
    outcome.trials += data["genome"].dump() + data["state"].dump() + data["metrics"].dump() +
                      (trial.on_front ? " front\n" : "\n");
  }
  for (const EventRecord& event : bench.store->events("st_1", 0, 10000))
    outcome.types += event.type;
  CHECK(bench.store->study("st_1")->trials == document["budget"]["trials"]);
  return outcome;
}

TEST_CASE("trials that are stored one by one are those that are stored by the dozen") {
  for (const json& algorithm :
       {json{{"name", "nsga2"}}, json{{"name", "linas"}, {"inner", {{"evaluations", 200}}}},
        json{{"name", "random"}}}) {
    INFO(algorithm);
    const json document = spec_json(algorithm, 150);
    // A batch that is older than a moment is stored: here every one with a trial in it.
    const Outcome singly = outcome_of(document, 1.0);
    const Outcome together = outcome_of(document, 0.0);
    CHECK(singly.trials == together.trials);
    CHECK(singly.types == together.types);
  }
}

TEST_CASE("a study that has nothing to wait for hears the user before its budget is spent") {
  test::ApiFixture api;
  const std::string id =
      api.call("POST", "/v1/studies", spec_json({{"name", "random"}}, 1000000))["id"];
  api.call("POST", "/v1/studies/" + id + ":pause");
  test::wait_for_state(api.store(), api.hub(), id, "paused");
  CHECK(api.store().study(id)->trials < 1000000);
}

}  // namespace
}  // namespace quarry::server
