// What charts are drawn from, asked of a finished study over the API.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "server/api/insight_request.hpp"
#include "tests/support/api_fixture.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

struct InsightsFixture : test::ApiFixture {
  std::string id = finished_study();
  json ask(const std::string& what) { return call("GET", "/v1/studies/" + id + "/" + what); }
};

TEST_CASE("points hold the front whole and the others up to the limit") {
  InsightsFixture api;
  std::set<int> front;
  const json members = api.ask("front");
  for (const json& member : members["items"]) front.insert(member["number"].get<int>());
  const json all = api.ask("points");
  CHECK(all["axes"] == json({"latency_ms", "accuracy"}));
  CHECK(all["number"].size() == 12);
  std::set<int> shown;
  for (std::size_t i = 0; i < 12; ++i)
    if (all["front"][i] == 1) shown.insert(all["number"][i].get<int>());
  CHECK(shown == front);
  CHECK(all["values"]["macs"].size() == 12);
  CHECK(all["kind"][0] == "measured");
  const json some = api.ask("points?limit=0&genomes=true");
  CHECK(some["number"].size() == front.size());
  CHECK(some["matching"] == 12);
  CHECK(some["genomes"].size() == front.size());
}

TEST_CASE("points can be asked for by what they measure") {
  InsightsFixture api;
  const json trial = api.ask("trials?page_size=1")["items"][0];
  const std::string value = trial["metrics"]["model_size_bytes"]["value"].dump();
  const json found =
      api.ask("points?where=model_size_bytes%3E=" + value + ",model_size_bytes%3C=" + value);
  for (const json& number : found["values"]["model_size_bytes"])
    CHECK(number == brief(trial["metrics"]["model_size_bytes"]["value"]));
  CHECK(found["matching"] >= 1);
  CHECK(found["matching"] < 12);
}

TEST_CASE("every mistake of a query is told with the parameter that has it") {
  InsightsFixture api;
  const json mistaken = api.ask("points?x=speed&limit=-1&genomes=maybe&where=latency_ms");
  CHECK(api.status() == 400);
  CHECK(mistaken["errors"].size() == 4);
  api.ask("points?colour=red");
  CHECK(api.status() == 400);
  api.ask("history?reference=accuracy:0.5");
  CHECK(api.status() == 400);
  api.ask("slices?gene=wings");
  CHECK(api.status() == 400);
  api.ask("timeline?from=5&to=4");
  CHECK(api.status() == 400);
  api.call("GET", "/v1/studies/st_nothing/points");
  CHECK(api.status() == 404);
}

TEST_CASE("history ends with the study's own hypervolume, and by its own reference with the same") {
  InsightsFixture api;
  const json history = api.ask("history");
  CHECK(history["states"]["succeeded"] == 12);
  const json study = api.call("GET", "/v1/studies/" + api.id);
  CHECK(history["history"]["trials"].size() == 12);
  CHECK(history["history"]["hypervolume"].back() == brief(study["hypervolume"]));
  const std::string reference = "accuracy:" + history["reference"]["accuracy"].dump() +
                                ",latency_ms:" + history["reference"]["latency_ms"].dump();
  const json anew = api.ask("history?reference=" + reference);
  CHECK(anew["history"]["hypervolume"].back().get<double>() ==
        Approx(study["hypervolume"].get<double>()));
  CHECK(anew["history"]["hypervolume"][0].is_number());
}

TEST_CASE("importance names every gene that has a choice and says by which method") {
  InsightsFixture api;
  const json importance = api.ask("importance");
  CHECK(importance["method"].get<std::string>().find("Kelley 1935") != std::string::npos);
  CHECK(importance["metrics"].size() == 2);
  const json& genes = importance["metrics"]["accuracy"]["genes"];
  CHECK(genes.size() == test::library().find("fashion_vit")->supernet().space.size());
  for (std::size_t i = 1; i < genes.size(); ++i) CHECK(genes[i - 1]["share"] >= genes[i]["share"]);
  CHECK(api.ask("importance?metric=macs")["metrics"].size() == 1);
}

TEST_CASE("the choices of a gene add up to all trials and to the front") {
  InsightsFixture api;
  const json slices = api.ask("slices?gene=depth&metric=accuracy");
  REQUIRE(slices["genes"].size() == 1);
  int count = 0;
  int front = 0;
  for (const json& level : slices["genes"][0]["levels"]) {
    count += level["count"].get<int>();
    front += level["front"].get<int>();
    CHECK(level.contains("median") == (level["count"] > 0));
  }
  CHECK(count == 12);
  CHECK(front == slices["front"]);
}

TEST_CASE("the strip has a row per member of the front, in the order asked for") {
  InsightsFixture api;
  const json strip = api.ask("strip?sort=latency_ms&descending=true");
  CHECK(strip["rows"].size() == strip["front"]);
  CHECK(strip["operators"][0] == api.ask("strip")["operators"][0]);
  for (std::size_t i = 1; i < strip["rows"].size(); ++i)
    CHECK(strip["rows"][i - 1]["metrics"]["latency_ms"] >=
          strip["rows"][i]["metrics"]["latency_ms"]);
  CHECK(api.ask("strip?limit=1")["rows"].size() == 1);
}

TEST_CASE("a study without failures and predictions has a timeline, no groups and no parity") {
  InsightsFixture api;
  const json timeline = api.ask("timeline");
  CHECK(timeline["bars"].size() == 12);
  CHECK(timeline["bars"][0]["worker"] == "");
  CHECK(api.ask("failures")["groups"].empty());
  const json parity = api.ask("parity");
  CHECK(parity["overall"].is_null());
  CHECK(parity["metrics"].empty());
}

TEST_CASE("events can begin after one and be of some types only") {
  InsightsFixture api;
  const auto read = [&](const std::string& query) {
    api.call("GET", "/v1/studies/" + api.id + "/events" + query);
    const EventSource& source = *api.last().events;
    return source.read(source.after, 1000);
  };
  const auto all = read("");
  const auto finished = read("?types=trial.finished,study.state");
  CHECK(finished.size() < all.size());
  for (const ServerSentEvent& event : finished)
    CHECK((event.type == "trial.finished" || event.type == "study.state"));
  const auto rest = read("?after=3");
  REQUIRE(rest.size() == all.size() - 3);
  CHECK(rest.front().id == 4);
  api.call("GET", "/v1/studies/" + api.id + "/events?after=-1");
  CHECK(api.status() == 400);
}

}  // namespace
}  // namespace quarry::server
