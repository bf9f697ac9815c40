// One metric at several places as objectives of their own: what a user may write, who gets the
// tasks, and that a trial is complete when all are there.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "evaluators/fingerprint.hpp"
#include "server/studies/study_manager.hpp"
#include "server/studies/study_plan.hpp"
#include "server/studies/task_desk.hpp"
#include "tests/support/api_fixture.hpp"
#include "tests/support/bench.hpp"
#include "tests/support/fake_workers.hpp"
#include "tests/support/studies.hpp"
#include "tests/support/wait_for_end.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;
using test::spec_of;

const json kTwoPlaces = {
    {"supernet", "fashion_vit"},
    {"objectives",
     {{{"metric", "latency_ms"}, {"on", "phone"}},
      {{"metric", "latency_ms@laptop"}},
      {{"metric", "model_size_bytes"}}}},
    {"constraints", json::array({{{"metric", "latency_ms@phone"}, {"max", 0.6}}})},
    {"algorithm", {{"name", "random"}}},
    {"budget", {{"trials", 8}}},
    {"final_test", false}};

json one(const std::string& metric, const std::string& place = "") {
  json objective = {{"metric", metric}};
  if (!place.empty()) objective["on"] = place;
  return json::array({objective});
}

std::string place_mistakes(json changes) {
  json document = kTwoPlaces;
  document.merge_patch(changes);
  search::FieldErrors errors;
  parse_study_spec(document, test::library(), errors);
  std::string text;
  for (const search::FieldError& error : errors) text += error.pointer + ": " + error.detail + "\n";
  return text;
}

TEST_CASE("a place that nothing is said of is a worker's tag, a fingerprint a machine") {
  json document = kTwoPlaces;
  document["objectives"].push_back({{"metric", "latency_ms"}, {"on", "fp_0123456789abcdef"}});
  document["objectives"].push_back({{"metric", "latency_ms"}});
  const StudySpec spec = spec_of(document);
  std::string text;
  for (const MetricPlan& plan : spec.metrics) {
    text += plan.metric + " tags";
    for (const std::string& tag : plan.tags) text += " " + tag;
    text += " machine " + plan.machine + (is_measured_here(plan) ? " here\n" : "\n");
  }
  CHECK(text ==
        "latency_ms@phone tags phone machine \n"
        "latency_ms@laptop tags laptop machine \n"
        "model_size_bytes tags machine  here\n"
        "latency_ms@fp_0123456789abcdef tags machine fp_0123456789abcdef\n"
        "latency_ms tags machine  here\n");
  CHECK(spec.objectives[0].goal == search::Goal::kMinimize);
  CHECK(parse_study_spec(to_json(spec), test::library(),
                         *std::make_unique<search::FieldErrors>()) == spec);
}

TEST_CASE("metrics says what a place is: other tags, other options, even this machine") {
  json document = kTwoPlaces;
  document["metrics"] = {{"latency_ms@phone", {{"tags", {"device=phone", "arm"}}}},
                         {"latency_ms@laptop", {{"tags", json::array()}, {"batch", 4}}}};
  const StudySpec spec = spec_of(document);
  CHECK(spec.metrics[0].tags == std::vector<std::string>{"arm", "device=phone"});
  CHECK(is_measured_here(spec.metrics[1]));
  search::FieldErrors errors;
  CHECK(parse_study_spec(to_json(spec), test::library(), errors) == spec);
}

TEST_CASE("mistakes about places are told with their place and what would do") {
  CHECK(place_mistakes({{"metrics",
                         {{"latency_ms@phnoe", {{"tags", json::array({"p"})}}},
                          {"latency_ms@laptop", {{"tags", json::array({"l"})}}}}}}) ==
        "/metrics/latency_ms@phone: is missing (did you mean \"latency_ms@phnoe\"?); here are "
        "latency_ms@laptop or latency_ms@phnoe\n");
  CHECK(place_mistakes({{"objectives", one("latency_ms@two words")}, {"constraints", nullptr}}) ==
        "/objectives/0/metric: what follows the @ must be 1 to 64 letters, digits and any of _ . - "
        "= :, got \"two words\"\n");
  CHECK(place_mistakes({{"objectives", one("latancy_ms", "phone")}, {"constraints", nullptr}})
            .starts_with("/objectives/0/metric: unknown metric \"latancy_ms\" (did you mean "
                         "\"latency_ms\"?)"));
  CHECK(place_mistakes({{"objectives", one("latency_ms@a", "b")}, {"constraints", nullptr}}) ==
        "/objectives/0/on: \"latency_ms@a\" says already where it is measured\n");
  CHECK(place_mistakes({{"objectives", one("macs", "phone")}, {"constraints", nullptr}}) ==
        "/metrics/macs@phone: macs follows from the network: it is the same everywhere\n");
  CHECK(place_mistakes({{"metrics",
                         {{"latency_ms@phone", {{"tags", json::array({"arm"})}}},
                          {"latency_ms@laptop", {{"tags", json::array({"arm"})}}}}}}) ==
        "/metrics/latency_ms@laptop: is measured exactly as latency_ms@phone is: give it other "
        "tags, another machine or other options\n");
  CHECK(place_mistakes({{"metrics",
                         {{"latency_ms@phone", {{"machine", "phone"}}},
                          {"latency_ms@laptop", {{"tags", json::array({"arm"})}}}}}}) ==
        "/metrics/latency_ms@phone/machine: must be the id of a fingerprint, \"fp_\" and 16 hex "
        "digits, got \"phone\"\n");
}

// Workers of two places and of this machine over one desk.
struct Desk {
  test::Bench bench;
  TaskDesk desk{bench.queue, *bench.store, bench.leases, bench.clock(), "fp_here"};
  StudyManager manager{bench.context()};

  std::optional<Lease> claim(const std::string& tag, const std::string& machine) {
    return desk.claim(tag, {.evaluators = {"onednn"}, .tags = {tag}, .machine = machine}, 60.0);
  }
  void complete(const Lease& lease, double value) {
    evaluators::Evaluation evaluation{
        .metrics = {{"latency_ms",
                     {.value = value, .spread = 0.01, .fingerprint = "fp_" + lease.worker}}},
        .failure = ""};
    const std::string outcome = outcome_to_text(evaluation);
    const auto reply = desk.complete(lease.task.id, lease.token, std::move(evaluation), outcome);
    REQUIRE(reply.verdict == TaskDesk::Verdict::kAccepted);
  }
  // Waits for something to claim there.
  Lease next(const std::string& tag, const std::string& machine) {
    return *test::try_at_wakes(
        [&](std::function<void()> wake) { return desk.subscribe(std::move(wake)); },
        [&] { return claim(tag, machine); });
  }
};

TEST_CASE("each place's tasks go to its workers, and a trial ends when all places have answered") {
  Desk desk;
  json document = kTwoPlaces;
  document["in_flight"] = 1;
  document["budget"]["trials"] = 2;
  const std::string id = desk.manager.create(spec_of(document)).id;
  for (int trial = 0; trial < 2; ++trial) {
    const Lease phone = desk.next("phone", "fp_phone");
    CHECK(phone.task.metrics == std::vector<std::string>{"latency_ms"});
    CHECK(phone.task.tags == std::vector<std::string>{"phone"});
    CHECK_FALSE(desk.claim("tablet", "fp_tablet"));
    desk.complete(phone, trial == 0 ? 0.5 : 0.7);
    const Lease laptop = desk.next("laptop", "fp_laptop");
    CHECK(laptop.task.tags == std::vector<std::string>{"laptop"});
    CHECK(desk.bench.store->study(id)->trials == trial);
    desk.complete(laptop, 0.2);
  }
  test::wait_for_end(*desk.bench.store, desk.bench.hub, id);
  const auto trials = desk.bench.store->trials(id, {});
  const json first = json::parse(trials[0].data)["metrics"];
  CHECK(first["latency_ms@phone"]["value"] == 0.5);
  CHECK(first["latency_ms@phone"]["fingerprint"] == "fp_phone");
  CHECK(first["latency_ms@laptop"]["value"] == 0.2);
  CHECK(trials[0].state == "succeeded");
  // The constraint is the phone's.
  CHECK(trials[1].state == "infeasible");
}

TEST_CASE("a task for one machine is given to no other, and its answer is reused under its name") {
  Desk desk;
  json document = kTwoPlaces;
  document["objectives"] = {{{"metric", "latency_ms"}, {"on", "fp_0123456789abcdef"}},
                            {{"metric", "model_size_bytes"}}};
  document.erase("constraints");
  document["in_flight"] = 1;
  document["budget"]["trials"] = 1;
  const std::string id = desk.manager.create(spec_of(document)).id;
  const Lease lease = desk.next("any", "fp_0123456789abcdef");
  CHECK(lease.task.machine == "fp_0123456789abcdef");
  desk.complete(lease, 0.4);
  test::wait_for_end(*desk.bench.store, desk.bench.hub, id);
  const json metrics = json::parse(desk.bench.store->trials(id, {})[0].data)["metrics"];
  CHECK(metrics["latency_ms@fp_0123456789abcdef"]["value"] == 0.4);
  // Kept under the metric's own name.
  const StudySpec spec = spec_of(document);
  const StudyPlan plan(spec, *test::library().find("fashion_vit"), desk.bench.pool);
  const json genome = json::parse(desk.bench.store->trials(id, {})[0].data)["genome"];
  const MeasurementKey key{plan.supernet_key(), search::to_text(genome.get<search::Genome>()),
                           "latency_ms", plan.tasks()[0].question, "fp_any"};
  REQUIRE(desk.bench.store->find_measurement(key));
  CHECK(desk.bench.store->find_measurement(key)->value == 0.4);
}

TEST_CASE("a study says which places no worker looks after") {
  test::ApiFixture api;
  const json created = api.call("POST", "/v1/studies", kTwoPlaces);
  INFO(created.dump());
  const std::string path = "/v1/studies/" + created["id"].get<std::string>();
  const auto waits = [&] {
    std::string text;
    for (const json& one : api.call("GET", path).value("waits_for", json::array()))
      text += one["metric"].get<std::string>() + " " + one["tags"].dump() + "\n";
    return text;
  };
  CHECK(waits() == "latency_ms@laptop [\"laptop\"]\nlatency_ms@phone [\"phone\"]\n");
  api.call("POST", "/v1/tasks:claim",
           {{"worker", "p"},
            {"tags", {"phone", "arm"}},
            {"evaluators", {"onednn"}},
            {"machine", "fp_p"}});
  CHECK(waits() == "latency_ms@laptop [\"laptop\"]\n");
  api.call("POST", path + ":cancel");
  test::wait_for_state(api.store(), api.hub(), created["id"], "cancelled");
  CHECK(waits() == "");
}

TEST_CASE("the local place is served by this server's threads beside workers elsewhere") {
  Desk desk;
  json document = kTwoPlaces;
  document["objectives"] = {{{"metric", "latency_ms"}},
                            {{"metric", "latency_ms"}, {"on", "phone"}}};
  document.erase("constraints");
  document["budget"]["trials"] = 2;
  document["in_flight"] = 1;
  const test::FakeWorkers here(desk.bench.queue, 1);
  const std::string id = desk.manager.create(spec_of(document)).id;
  for (int trial = 0; trial < 2; ++trial) desk.complete(desk.next("phone", "fp_phone"), 9.0);
  test::wait_for_end(*desk.bench.store, desk.bench.hub, id);
  for (const TrialRecord& trial : desk.bench.store->trials(id, {})) {
    const json metrics = json::parse(trial.data)["metrics"];
    CHECK(metrics["latency_ms"]["fingerprint"] == "fp_test");
    CHECK(metrics["latency_ms@phone"]["value"] == 9.0);
  }
}

}  // namespace
}  // namespace quarry::server
