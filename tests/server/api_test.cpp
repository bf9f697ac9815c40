// The API as pure functions: requests in, documents out, over a real store and conductors with
// workers that answer at once.
#include "server/api/api.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/api_fixture.hpp"
#include "tests/support/manifests.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

using test::ApiFixture;

TEST_CASE("a study is created, found by its location, and listed") {
  ApiFixture api;
  const json created = api.call("POST", "/v1/studies", ApiFixture::kStudy);
  CHECK(api.status() == 201);
  const std::string id = created["id"];
  CHECK(id.starts_with("st_"));
  CHECK(id.size() == 29);
  CHECK(api.last().headers.front().second == "/v1/studies/" + id);
  CHECK(created["spec"]["budget"]["trials"] == 12);
  CHECK(created["progress"]["budget"]["trials"] == 12);
  CHECK(api.call("GET", "/v1/studies")["items"][0]["id"] == id);
  api.call("GET", "/v1/studies/st_nothing");
  CHECK(api.status() == 404);
}

TEST_CASE("unreadable JSON is 400, a study with mistakes 422, each mistake with its pointer") {
  ApiFixture api;
  const json unreadable = api.call("POST", "/v1/studies", "{\"supernet\":");
  CHECK(api.status() == 400);
  CHECK(unreadable["errors"][0]["detail"].get<std::string>().starts_with("not valid JSON"));
  const json mistaken =
      api.call("POST", "/v1/studies", {{"supernet", "x"}, {"objectives", json::array()}});
  CHECK(api.status() == 422);
  CHECK(mistaken["errors"].size() == 2);
  CHECK(mistaken["errors"][1]["pointer"] == "/objectives");
}

TEST_CASE("trials come in pages that join to all of them") {
  ApiFixture api;
  const std::string id = api.finished_study();
  std::vector<int> numbers;
  std::string token;
  do {
    const json page = api.call("GET", "/v1/studies/" + id + "/trials?page_size=5" +
                                          (token.empty() ? "" : "&page_token=" + token));
    for (const json& trial : page["items"]) numbers.push_back(trial["number"]);
    token = page["next_page_token"].is_string() ? page["next_page_token"].get<std::string>() : "";
  } while (!token.empty());
  CHECK(numbers == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  const json first = api.call("GET", "/v1/studies/" + id + "/trials?page_size=1")["items"][0];
  CHECK(first["config"]["depth"] == 6);
  CHECK(first["policy"]["layer0.qkv"] == "f32");
  CHECK(first["metrics"]["accuracy"]["source"] == "measured");
  CHECK(first["metrics"]["macs"]["source"] == "exact");
  CHECK(first["origin"]["baseline"] == "largest f32");
}

TEST_CASE("the times of operators are shown machine by machine") {
  ApiFixture api;
  CHECK(api.call("GET", "/v1/operators")["items"].empty());
  const evaluators::CompiledStep step{.bytes = 4, .kind = "softmax", .shape = "f32[1x1]"};
  api.times().record("fp_1", 8, std::span(&step, 1), std::vector<std::vector<double>>{{0.25}}, 0.5);
  const json items = api.call("GET", "/v1/operators")["items"];
  REQUIRE(items.size() == 1);
  CHECK(items[0]["fingerprint"] == "fp_1");
  CHECK(items[0]["steps"][0]["kind"] == "softmax");
  CHECK(items[0]["steps"][0]["time_ms"] == 0.25);
  CHECK(items[0]["corrections"][0]["rows"] == 8);
}

TEST_CASE("a latency model that no study began with is a mistake") {
  ApiFixture api;
  json study = ApiFixture::kStudy;
  study["latency_model"] = "lm_0";
  const json mistaken = api.call("POST", "/v1/studies", study);
  CHECK(api.status() == 422);
  CHECK(mistaken["errors"][0]["pointer"] == "/latency_model");
}

TEST_CASE("a query that makes no sense is refused, not ignored") {
  ApiFixture api;
  const std::string id = api.finished_study();
  for (const char* query :
       {"?page_size=0", "?page_size=many", "?page_token=-3", "?page_token=x", "?colour=red"}) {
    api.call("GET", "/v1/studies/" + id + "/trials" + query);
    CHECK(api.status() == 400);
  }
}

TEST_CASE("the front holds only its members, and the baselines beside it") {
  ApiFixture api;
  const json front = api.call("GET", "/v1/studies/" + api.finished_study() + "/front");
  CHECK(front["items"].size() >= 1);
  CHECK(front["items"].size() < 12);
  CHECK(front["baselines"].size() == 3);
}

TEST_CASE("a study started from another's front shows how much it took and measures it first") {
  ApiFixture api;
  const std::string first = api.finished_study();
  const json front = api.call("GET", "/v1/studies/" + first + "/front")["items"];
  json document = ApiFixture::kStudy;
  document["budget"]["trials"] = 20;
  document["seeds"]["studies"] = {first};
  const std::string second = api.finished_study(document);
  const json spec = api.call("GET", "/v1/studies/" + second)["spec"];
  const json taken = spec["seeds"]["studies"][0];
  CHECK(taken["front"] == front.size());
  CHECK(taken["configs"].size() + taken["repeated"].get<std::size_t>() == front.size());
  const json trials = api.call("GET", "/v1/studies/" + second + "/trials")["items"];
  REQUIRE(trials.size() == 20);
  for (std::size_t i = 0; i < taken["configs"].size(); ++i) {
    CHECK(trials[3 + i]["config"] == taken["configs"][i]);
    CHECK(trials[3 + i]["origin"] == json{{"how", "seed"},
                                          {"seed", "/seeds/studies/0/configs/" + std::to_string(i)},
                                          {"study", first}});
  }
  document["seeds"]["studies"] = {"st_gone"};
  CHECK(api.call("POST", "/v1/studies", document)["errors"][0]["pointer"] == "/seeds/studies/0");
}

TEST_CASE("the event stream replays the whole log in order") {
  ApiFixture api;
  const std::string id = api.finished_study();
  api.call("GET", "/v1/studies/" + id + "/events");
  const EventSource& source = *api.last().events;
  const std::vector<ServerSentEvent> events = source.read(0, 1000);
  CHECK(events.front().type == "study.created");
  CHECK(events.back().type == "study.state");
  CHECK(events.back().id == static_cast<std::int64_t>(events.size()));
  CHECK(source.ended());
  CHECK(source.read(events.back().id - 1, 10).size() == 1);
}

TEST_CASE("a finished study cannot be stopped") {
  ApiFixture api;
  api.call("POST", "/v1/studies/" + api.finished_study() + ":stop");
  CHECK(api.status() == 409);
}

TEST_CASE("a supernet shows its genes and sizes, and describes any of its networks") {
  ApiFixture api;
  const json supernet = api.call("GET", "/v1/supernets/fashion_vit");
  CHECK(supernet["genes"].size() == 45);
  CHECK(supernet["canonical_size"].get<double>() < supernet["raw_size"].get<double>());
  CHECK(supernet["manifest"]["name"] == "fashion_vit");
  const json config = supernet["baselines"][1]["config"];
  const json network = api.call("POST", "/v1/supernets/fashion_vit:describe", {{"config", config}});
  CHECK(network["policy"]["layer5.fc2"] == "int8");
  CHECK(network["macs"] == 16345472);
  CHECK(api.call("POST", "/v1/supernets/fashion_vit:describe", {{"genome", network["genome"]}}) ==
        network);
  api.call("POST", "/v1/supernets/fashion_vit:describe", json::object());
  CHECK(api.status() == 422);
  api.call("GET", "/v1/supernets/fashion_vitt");
  CHECK(api.status() == 404);
}

TEST_CASE(
    "a posted supernet can be described and searched at once, and is the same when posted again") {
  ApiFixture api;
  const json created = api.call("POST", "/v1/supernets", test::small_manifest());
  CHECK(api.status() == 201);
  CHECK(created["networks"][0]["name"] == "smallest");
  CHECK(api.call("POST", "/v1/supernets", test::small_manifest()) == created);
  CHECK(api.status() == 200);
  CHECK(api.call("POST", "/v1/supernets/small:describe", {{"genome", {0, 0, 0, 0}}})["macs"] ==
        created["networks"][0]["macs"]);
  const std::string id = api.finished_study({{"supernet", "small"},
                                             {"objectives", {{{"metric", "macs"}}}},
                                             {"algorithm", {{"name", "exhaustive"}}},
                                             {"budget", {{"trials", 100}}},
                                             {"final_test", false}});
  CHECK(api.call("GET", "/v1/studies/" + id)["progress"]["trials"] == 12);
}

TEST_CASE("a dry run of a manifest says what it would be and keeps nothing") {
  ApiFixture api;
  const json seen = api.call("POST", "/v1/supernets?dry_run=true", test::small_manifest());
  CHECK(api.status() == 200);
  CHECK(seen["networks"][0]["name"] == "smallest");
  api.call("GET", "/v1/supernets/small");
  CHECK(api.status() == 404);
  api.call("POST", "/v1/supernets?dry_run=true",
           test::small_manifest(R"("name": "small")", R"("name": "fashion_vit")"));
  CHECK(api.status() == 409);
}

TEST_CASE("a manifest on the disk that could not be loaded is not overwritten") {
  ApiFixture api;
  api.user_supernets().save("small", "{");
  api.call("POST", "/v1/supernets", test::small_manifest());
  CHECK(api.status() == 409);
}

TEST_CASE("the manifest's schema has every block kind") {
  ApiFixture api;
  const json schema = api.call("GET", "/v1/schemas/manifest");
  CHECK(schema["properties"]["network"]["items"]["anyOf"].size() ==
        search::block_registry().size());
}

TEST_CASE("a manifest with mistakes is refused with all of them, a taken name with what to do") {
  ApiFixture api;
  const json refused = api.call("POST", "/v1/supernets",
                                test::small_manifest(R"("name": "small")", R"("nmae": "small")"));
  CHECK(api.status() == 422);
  CHECK(refused["errors"].size() == 2);
  api.call("POST", "/v1/supernets",
           test::small_manifest(R"("name": "small")", R"("name": "fashion_vit")"));
  CHECK(api.status() == 409);
}

TEST_CASE("the catalog describes every registry, option by option") {
  ApiFixture api;
  const json catalog = api.call("GET", "/v1/catalog");
  for (const char* registry : {"algorithms", "predictors", "evaluators", "blocks", "metrics"})
    CHECK(catalog[registry].size() >= 1);
  const json& first = catalog["algorithms"][0];
  CHECK(first["name"] == "quarry");
  CHECK(first["max_objectives"] == 8);
  CHECK_FALSE(first["choose"].get<std::string>().empty());
  for (const json& option : first["options"]) {
    CHECK_FALSE(option["help"].get<std::string>().empty());
    CHECK(option.contains("default"));
  }
}

TEST_CASE("health, version and the dashboard answer") {
  ApiFixture api;
  CHECK(api.call("GET", "/healthz")["status"] == "ok");
  CHECK(api.call("GET", "/version")["name"] == "quarry");
  api.call("GET", "/");
  CHECK(api.status() == 200);
  CHECK(api.last().content_type.starts_with("text/html"));
}

TEST_CASE("a token is shown once, listed without its secret, and taken back") {
  ApiFixture api;
  const json created = api.call("POST", "/v1/tokens", {{"name", "phone"}, {"scope", "worker"}});
  CHECK(api.status() == 201);
  CHECK(created["token"].get<std::string>().starts_with("qt_"));
  const json listed = api.call("GET", "/v1/tokens")["items"];
  CHECK(listed.size() == 1);
  CHECK(listed[0]["scope"] == "worker");
  CHECK_FALSE(listed[0].contains("token"));
  const json session = api.call("POST", "/v1/session", {{"token", created["token"]}});
  CHECK(session["name"] == "phone");
  api.call("POST", "/v1/session", {{"token", "qt_wrong"}});
  CHECK(api.status() == 401);
  api.call("DELETE", "/v1/tokens/" + created["id"].get<std::string>());
  CHECK(api.status() == 204);
  api.call("POST", "/v1/session", {{"token", created["token"]}});
  CHECK(api.status() == 401);
  const json mistaken = api.call("POST", "/v1/tokens", {{"scope", "root"}, {"name", ""}});
  CHECK(api.status() == 422);
  CHECK(mistaken["errors"].size() == 2);
}

TEST_CASE("where no token is asked for, whoever looks may do everything") {
  ApiFixture api;
  CHECK(api.call("GET", "/v1/session") ==
        json{{"guarded", false}, {"name", ""}, {"scope", "admin"}});
}

TEST_CASE("probes find the server well, and monitors find its studies") {
  ApiFixture api;
  CHECK(api.call("GET", "/healthz")["status"] == "ok");
  CHECK(api.call("GET", "/readyz")["status"] == "ready");
  api.finished_study();
  api.call("GET", "/metrics");
  CHECK(api.last().body.find("quarry_studies{state=\"completed\"} 1") != std::string::npos);
  CHECK(api.last().body.find("quarry_trials_finished 12") != std::string::npos);
}

TEST_CASE("a front answers which member to take, and refuses a question with mistakes") {
  ApiFixture api;
  const std::string front = "/v1/studies/" + api.finished_study() + "/front";
  const json all = api.call("GET", front);
  const json best = api.call("GET", front + "?best=accuracy&where=latency_ms%3C%3D100");
  CHECK(best["items"] == all["items"]);
  double highest = 0.0;
  for (const json& item : all["items"])
    highest = std::max(highest, item["metrics"]["accuracy"]["value"].get<double>());
  for (const json& item : all["items"]) {
    if (item["number"] == best["choice"]["number"])
      CHECK(item["metrics"]["accuracy"]["value"] == highest);
  }
  const json none = api.call("GET", front + "?where=latency_ms%3C0&knee=true");
  CHECK(none["items"].empty());
  CHECK(none["choice"]["number"].is_null());
  const json mistaken = api.call("GET", front + "?best=speed&where=accuracy");
  CHECK(api.status() == 400);
  CHECK(mistaken["errors"].size() == 2);
}

}  // namespace
}  // namespace quarry::server
