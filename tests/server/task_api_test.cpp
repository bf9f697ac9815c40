// What workers elsewhere and the user's own programs speak, as pure functions.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "server/api/task_documents.hpp"
#include "tests/support/api_fixture.hpp"
#include "tests/support/long_poll.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

json external_study(int trials) {
  return {{"supernet", "fashion_vit"},
          {"objectives", {{{"metric", "accuracy"}}, {{"metric", "model_size_bytes"}}}},
          {"metrics", {{"accuracy", {{"evaluator", "external"}}}}},
          {"algorithm", {{"name", "random"}}},
          {"budget", {{"trials", trials}}}};
}

// An external study and its first lease, waited for as a client does: by a long poll.
struct Asked {
  test::ApiFixture api;
  std::string id;
  json lease;

  Asked() {
    id = api.call("POST", "/v1/studies", external_study(12))["id"];
    lease = ask(1)[0];
  }
  json ask(int count) {
    api.call("POST", "/v1/studies/" + id + ":ask",
             {{"count", count}, {"worker", "me"}, {"wait_s", 60}});
    return json::parse(test::wait_for(api.last()).body)["items"];
  }
  void wait_for_end_of_trial(std::int64_t number) {
    test::wait_until(api.hub(), id, [&] {
      return api.store().trials(id, {.after = number - 1, .limit = 1}).at(0).state != "queued";
    });
  }
  json complete(const json& body) {
    return api.call("POST", "/v1/tasks/" + lease["id"].get<std::string>() + ":complete", body);
  }
  json complete_with(const json& metric) {
    return complete({{"token", lease["token"]}, {"metrics", {{"accuracy", metric}}}});
  }
};

TEST_CASE("a study is asked and told until its budget is spent") {
  Asked asked;
  CHECK(asked.lease["trial"] == 0);
  CHECK(asked.lease["config"]["depth"] == 6);
  CHECK(asked.lease["policy"]["layer0.qkv"] == "f32");
  CHECK(asked.lease["metrics"] == json{"accuracy"});
  json items = json::array({asked.lease});
  int told = 0;
  while (told < 12) {
    for (const json& lease : items) {
      const json answer = asked.api.call(
          "POST", "/v1/studies/" + asked.id + ":tell",
          {{"trial", lease["trial"]}, {"token", lease["token"]}, {"metrics", {{"accuracy", 0.5}}}});
      REQUIRE(asked.api.status() == 200);
      CHECK(answer["accepted"] == true);
      ++told;
    }
    if (told < 12) items = asked.ask(5);
  }
  test::wait_for_end(asked.api.store(), asked.api.hub(), asked.id);
  CHECK(asked.api.store().study(asked.id)->trials == 12);
  asked.api.call("POST", "/v1/studies/" + asked.id + ":ask");
  CHECK(asked.api.status() == 409);
}

TEST_CASE("what is no finite number is refused with the place where it stands") {
  Asked asked;
  const std::string token = asked.lease["token"].dump();
  const std::string target = "/v1/tasks/" + asked.lease["id"].get<std::string>() + ":complete";
  for (const char* value :
       {"NaN", "Infinity", "-Infinity", "1e999", "\"NaN\"", "null", "\"0.5\""}) {
    const json refused = asked.api.call(
        "POST", target,
        "{\"token\": " + token + ", \"metrics\": {\"accuracy\": {\"value\": " + value + "}}}");
    INFO(value);
    CHECK(asked.api.status() == 422);
    CHECK(refused["errors"][0]["pointer"] == "/metrics/accuracy/value");
  }
  asked.complete_with(json::object());
  CHECK(asked.api.status() == 422);
}

TEST_CASE("samples that come with a result are kept in order, and each must be a number") {
  Asked asked;
  const json refused =
      asked.complete_with({{"value", 0.5}, {"sample_values", {0.5, "0.6", nullptr}}});
  CHECK(asked.api.status() == 422);
  REQUIRE(refused["errors"].size() == 2);
  CHECK(refused["errors"][0]["pointer"] == "/metrics/accuracy/sample_values/1");
  asked.complete_with({{"value", 0.5}, {"sample_values", {0.75, 0.25, 0.5}}});
  CHECK(asked.api.status() == 200);
  const json stored = asked.complete_with(0.6)["stored"]["metrics"]["accuracy"];
  CHECK(stored["sample_values"] == json{0.25, 0.5, 0.75});
}

TEST_CASE("every mistake of a result is told at once") {
  Asked asked;
  const json refused = asked.complete(
      {{"token", asked.lease["token"]}, {"metrics", {{"accuracu", 1}}}, {"colour", "red"}});
  CHECK(asked.api.status() == 422);
  std::string pointers;
  for (const json& error : refused["errors"]) pointers += error["pointer"].get<std::string>() + " ";
  CHECK(pointers == "/metrics/accuracu /metrics/accuracy /colour ");
}

TEST_CASE("the same completion is answered the same, another is 409 with what is stored") {
  Asked asked;
  const json first = asked.complete_with({{"value", 0.5}, {"spread", 0.01}, {"samples", 100}});
  CHECK(asked.api.status() == 200);
  CHECK(asked.complete_with({{"value", 0.5}, {"spread", 0.01}, {"samples", 100}}) == first);
  CHECK(asked.api.status() == 200);
  const json conflict = asked.complete_with(0.6);
  CHECK(asked.api.status() == 409);
  CHECK(conflict["stored"]["metrics"]["accuracy"]["value"] == 0.5);
  const json task = asked.api.call("GET", "/v1/tasks/" + asked.lease["id"].get<std::string>());
  CHECK(task["leases"][0]["state"] == "completed");
}

TEST_CASE("a lease is kept by heartbeats, and unknown leases are 404") {
  Asked asked;
  const std::string target = "/v1/tasks/" + asked.lease["id"].get<std::string>();
  const json beat =
      asked.api.call("POST", target + ":heartbeat", {{"token", asked.lease["token"]}});
  CHECK(asked.api.status() == 200);
  CHECK(beat["lease_s"] == 60.0);
  const json trials = asked.api.call("GET", "/v1/studies/" + asked.id + "/trials")["items"];
  CHECK(trials[0]["state"] == "measuring");
  for (const char* verb : {":heartbeat", ":complete", ":fail"}) {
    asked.api.call("POST", target + verb,
                   {{"token", 999}, {"metrics", {{"accuracy", 1}}}, {"reason", "x"}});
    INFO(verb);
    CHECK(asked.api.status() >= 404);
    asked.api.call("POST", target + verb, json::object());
    CHECK(asked.api.status() == 422);
  }
}

TEST_CASE("a failed task ends its trial, unless it is worth another try") {
  Asked asked;
  const std::string target = "/v1/tasks/" + asked.lease["id"].get<std::string>();
  const json failed = asked.api.call("POST", target + ":fail",
                                     {{"token", asked.lease["token"]}, {"reason", "no int8"}});
  CHECK(failed["accepted"] == true);
  const json next = asked.ask(1)[0];
  CHECK(next["trial"] == 1);
  asked.wait_for_end_of_trial(0);
  const json trial = asked.api.call("GET", "/v1/studies/" + asked.id + "/trials")["items"][0];
  CHECK(trial["state"] == "failed");
  CHECK(trial["reason"] == "external: no int8");
}

TEST_CASE("a claim with nothing to do is 204, or waits") {
  test::ApiFixture api;
  const json claim = {{"worker", "w"}, {"tags", {"gpu"}}};
  api.call("POST", "/v1/tasks:claim", claim);
  CHECK(api.status() == 204);
  json waiting = claim;
  waiting["wait_s"] = 30;
  api.call("POST", "/v1/tasks:claim", waiting);
  REQUIRE(api.last().later.has_value());
  const LongPoll poll = *api.last().later;
  CHECK(poll.seconds == 30.0);
  CHECK_FALSE(poll.attempt().has_value());
  CHECK(poll.give_up().status == 204);
  const json refused = api.call("POST", "/v1/tasks:claim", {{"tags", {1}}, {"wait_s", 3600}});
  CHECK(api.status() == 422);
  CHECK(refused["errors"].size() == 3);
}

TEST_CASE("the workers are listed with what they are at") {
  Asked asked;
  const json workers = asked.api.call("GET", "/v1/workers")["items"];
  REQUIRE(workers.size() == 2);
  CHECK(workers[0]["kind"] == "threads");
  CHECK(workers[1]["name"] == "me");
  CHECK(workers[1]["tasks"][0]["trial"] == 0);
}

TEST_CASE("numbers and words inside strings are left as they are") {
  search::FieldErrors errors;
  const auto document =
      parse_report(R"({"a": "NaN 1e999 \" NaN", "b": [-1.5e3, true, null, NaN]})", errors);
  REQUIRE(document.has_value());
  CHECK((*document)["a"] == "NaN 1e999 \" NaN");
  CHECK((*document)["b"] == json{-1500.0, true, nullptr, "NaN"});
}

}  // namespace
}  // namespace quarry::server
