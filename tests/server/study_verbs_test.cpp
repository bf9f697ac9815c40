// What can be done to a study over the API, and how the API says that something cannot be done.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/api_fixture.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

// A draft: it does nothing, so its state is what a test makes of it.
struct Draft {
  test::ApiFixture api;
  std::string id;

  Draft() {
    json document = test::ApiFixture::kStudy;
    document["tags"] = {"night", "bert"};
    document["notes"] = "first try";
    document["priority"] = 3;
    document["name"] = "Small One";
    id = api.call("POST", "/v1/studies?draft=true", document)["id"];
  }
  json act(const std::string& verb, const json& body = nullptr) {
    return api.call("POST", "/v1/studies/" + id + ":" + verb, body);
  }
  json study() { return api.call("GET", "/v1/studies/" + id); }
};

TEST_CASE("a draft waits until it is resumed, its labels beside its spec") {
  Draft draft;
  const json study = draft.study();
  CHECK(study["state"] == "draft");
  CHECK(study["tags"] == json{"night", "bert"});
  CHECK(study["notes"] == "first try");
  CHECK(study["priority"] == 3);
  CHECK_FALSE(study["spec"].contains("tags"));
  draft.act("resume");
  CHECK(draft.api.status() == 202);
  test::wait_for_end(draft.api.store(), draft.api.hub(), draft.id);
  std::string history;
  const json ended = draft.study();
  for (const json& entry : ended["history"]) history += entry["state"].get<std::string>() + " ";
  CHECK(history == "created queued running completed ");
}

TEST_CASE("what is not allowed is 409 with what is") {
  Draft draft;
  const json refused = draft.act("pause");
  CHECK(draft.api.status() == 409);
  CHECK(refused["state"] == "draft");
  CHECK(refused["allowed"] == json{"resume", "cancel", "extend", "enqueue", "clone"});
  draft.api.call("DELETE", "/v1/studies/" + draft.id);
  CHECK(draft.api.status() == 409);
  for (const char* verb : {"pause", "resume", "stop", "cancel", "clone", "extend", "enqueue"}) {
    draft.api.call("POST", "/v1/studies/st_nobody:" + std::string(verb), json{{"trials", 1}});
    INFO(verb);
    CHECK(draft.api.status() == 404);
  }
}

TEST_CASE("a cancelled study is deleted and then not there") {
  Draft draft;
  CHECK(draft.act("cancel")["state"] == "cancelled");
  draft.api.call("DELETE", "/v1/studies/" + draft.id);
  CHECK(draft.api.status() == 204);
  draft.study();
  CHECK(draft.api.status() == 404);
}

TEST_CASE("labels are changed one by one, and refused with every mistake") {
  Draft draft;
  const std::string target = "/v1/studies/" + draft.id;
  const json changed = draft.api.call("PATCH", target, {{"tags", {"day"}}, {"name", "other"}});
  CHECK(draft.api.status() == 200);
  CHECK(changed["tags"] == json{"day"});
  CHECK(changed["name"] == "other");
  CHECK(changed["notes"] == "first try");
  const json refused = draft.api.call(
      "PATCH", target, {{"tags", {1, ""}}, {"priority", 0}, {"name", ""}, {"seed", 7}});
  CHECK(draft.api.status() == 422);
  CHECK(refused["errors"].size() == 5);
  CHECK(draft.study()["tags"] == json{"day"});
}

TEST_CASE("studies are found by state, tag and part of the name") {
  Draft draft;
  draft.api.finished_study();
  const auto found = [&](const std::string& query) {
    return draft.api.call("GET", "/v1/studies" + query)["items"].size();
  };
  CHECK(found("") == 2);
  CHECK(found("?state=draft") == 1);
  CHECK(found("?tag=bert") == 1);
  CHECK(found("?tag=ber") == 0);
  CHECK(found("?name=small%20o") == 1);
  CHECK(found("?name=FASHION&state=completed") == 1);
  CHECK(found("?name=fashion&state=draft") == 0);
  draft.api.call("GET", "/v1/studies?state=asleep");
  CHECK(draft.api.status() == 400);
  draft.api.call("GET", "/v1/studies?colour=red");
  CHECK(draft.api.status() == 400);
}

TEST_CASE("a clone is the same study but for the changes") {
  Draft draft;
  const json clone =
      draft.api.call("POST", "/v1/studies/" + draft.id + ":clone?draft=true",
                     {{"seed", 7}, {"name", "again"}, {"budget", {{"seconds", 60}}}});
  CHECK(draft.api.status() == 201);
  CHECK(clone["id"] != draft.id);
  CHECK(clone["tags"] == json{"night", "bert"});
  json expected = draft.study()["spec"];
  expected["seed"] = 7;
  expected["name"] = "again";
  expected["budget"]["seconds"] = 60.0;
  CHECK(clone["spec"] == expected);
  const json refused = draft.act("clone", {{"seed", -1}, {"tags", 3}});
  CHECK(draft.api.status() == 422);
  CHECK(refused["errors"].size() == 2);
}

TEST_CASE("a budget is extended, its spec stays what was asked for first") {
  Draft draft;
  const json extended = draft.act("extend", {{"trials", 5}});
  CHECK(draft.api.status() == 202);
  CHECK(extended["progress"]["budget"]["trials"] == 17);
  CHECK(extended["spec"]["budget"]["trials"] == 12);
  CHECK(draft.act("extend", json::object())["errors"].size() == 1);
  CHECK(draft.act("extend", {{"trials", 0}, {"seconds", 5}})["errors"].size() == 2);
  draft.act("resume");
  test::wait_for_end(draft.api.store(), draft.api.hub(), draft.id);
  CHECK(draft.study()["progress"]["trials"] == 17);
}

TEST_CASE("a network that the study does not search cannot be enqueued") {
  Draft draft;
  json document = test::ApiFixture::kStudy;
  document["precisions"] = {"f32"};
  document["baselines"] = false;
  draft.id = draft.api.call("POST", "/v1/studies?draft=true", document)["id"];
  const json baselines = draft.api.call("GET", "/v1/supernets/fashion_vit")["baselines"];
  const json refused = draft.act("enqueue", {{"config", baselines[1]["config"]}});  // int8
  CHECK(draft.api.status() == 422);
  CHECK(refused["errors"][0]["pointer"] == "/config");
  draft.act("enqueue", json::object());
  CHECK(draft.api.status() == 422);
  draft.act("enqueue", {{"config", baselines[0]["config"]}});
  CHECK(draft.api.status() == 202);
  draft.act("resume");
  test::wait_for_end(draft.api.store(), draft.api.hub(), draft.id);
  const json trials = draft.api.call("GET", "/v1/studies/" + draft.id + "/trials")["items"];
  CHECK(trials[0]["origin"]["how"] == "enqueued");
  CHECK(trials[0]["config"] == baselines[0]["config"]);
}

}  // namespace
}  // namespace quarry::server
