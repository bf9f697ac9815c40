// /v1/predictors from request to answer, and studies that ask what is stored there.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/api_fixture.hpp"
#include "tests/support/manifests.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;
using test::ApiFixture;

json request_of(const std::string& study, const std::string& metric = "accuracy") {
  return {{"name", "vit-" + metric}, {"metric", metric}, {"studies", {study}}, {"model", "ridge"}};
}

// "pointer detail", one a line.
std::string mistakes(const json& problem) {
  std::string text;
  for (const json& error : problem["errors"])
    text += error["pointer"].get<std::string>() + " " + error["detail"].get<std::string>() + "\n";
  return text;
}

// Trains one and gives what the server answered.
json trained(ApiFixture& api, const json& request) {
  json answer = api.call("POST", "/v1/predictors", request);
  INFO(answer.dump());
  REQUIRE(api.status() == 201);
  return answer;
}

TEST_CASE("a predictor is trained from a study's trials and says all that it is") {
  ApiFixture api;
  const std::string study = api.finished_study();
  const json made = trained(api, request_of(study));
  CHECK(made["id"].get<std::string>().starts_with("pr_"));
  CHECK(made["version"] == 1);
  CHECK(made["supernet"] == "fashion_vit");
  CHECK(made["model"]["name"] == "ridge");
  CHECK(made["model"]["max_degree"] == 2);
  CHECK(made["features"]["genes"].size() == 45);
  CHECK(made["training"]["rows"] == 12);
  CHECK(made["training"]["sources"]["studies"] == json{{{"id", study}, {"rows", 12}}});
  CHECK(made["training"]["evaluator"]["evaluator"] == "validation");
  CHECK(made["training"]["fingerprint"]["id"] == api.machine);
  CHECK(made["quality"]["parity"].size() == 12);
  CHECK(made["quality"]["residual_quantiles"].size() == 5);
  for (const char* figure : {"mape", "rmse", "kendall_tau", "spearman", "r2", "coverage"})
    CHECK(made["quality"][figure].is_number());
  CHECK_FALSE(made.contains("state"));
  for (const std::string& reference :
       {made["id"].get<std::string>(), std::string("vit-accuracy"), std::string("vit-accuracy@1")})
    CHECK(api.call("GET", "/v1/predictors/" + reference) == made);
  api.call("GET", "/v1/predictors/vit-accuracy@2");
  CHECK(api.status() == 404);
}

TEST_CASE("training again under a name makes its next version and leaves the first as it was") {
  ApiFixture api;
  const std::string study = api.finished_study();
  const json first = trained(api, request_of(study));
  json request = request_of(study);
  request["model"] = {{"name", "ridge"}, {"max_degree", 1}};
  request["features"] = {"macs"};
  const json second = trained(api, request);
  CHECK(second["version"] == 2);
  CHECK(second["model"]["max_degree"] == 1);
  CHECK(second["features"]["derived"] == json{"macs"});
  CHECK(api.call("GET", "/v1/predictors/vit-accuracy@1") == first);
  CHECK(api.call("GET", "/v1/predictors/vit-accuracy") == second);
}

TEST_CASE("every mistake of a training request is told at once") {
  ApiFixture api;
  const json refused = api.call("POST", "/v1/predictors",
                                {{"name", "pr_mine"},
                                 {"metric", "acuracy"},
                                 {"supernet", "fashion_vitt"},
                                 {"model", {{"name", "ridge"}, {"max_degree", 3}}},
                                 {"features", {"macs", "makes"}},
                                 {"colour", "red"}});
  CHECK(api.status() == 422);
  const std::string text = mistakes(refused);
  INFO(text);
  CHECK(refused["errors"].size() == 6);
  for (const char* part :
       {"/name must be 1 to 64", "/metric unknown metric \"acuracy\" (did you mean \"accuracy\"?)",
        "/supernet unknown supernet \"fashion_vitt\" (did you mean \"fashion_vit\"?)",
        "/model/max_degree must be", "/features/1 ", "/colour is not a field here"})
    CHECK(text.find(part) != std::string::npos);
  api.call("POST", "/v1/predictors", "{");
  CHECK(api.status() == 400);
}

TEST_CASE("rows that cannot be learned from are refused with their places") {
  ApiFixture api;
  api.call("POST", "/v1/supernets", test::small_manifest());
  const std::string elsewhere = api.finished_study({{"supernet", "small"},
                                                    {"objectives", {{{"metric", "latency_ms"}}}},
                                                    {"budget", {{"trials", 3}}}});
  json request = request_of(elsewhere, "latency_ms");
  request["supernet"] = "fashion_vit";
  request["studies"] = {elsewhere, "st_gone", 7};
  request["rows"] = {{{"genome", {0}}, {"value", "fast"}}, {{"value", 1.0}}};
  CHECK(mistakes(api.call("POST", "/v1/predictors", request)) ==
        "/studies/0 study " + elsewhere +
            " searches small, not fashion_vit\n"
            "/studies/1 there is no study st_gone on this server\n"
            "/studies/2 must be an id, got a number\n"
            "/rows/0/genome must be a list of 45 choice indices, got 1 of them\n"
            "/rows/0/value must be a number, got \"fast\"\n"
            "/rows/1/config is missing: a row needs either config or genome\n");
  CHECK(mistakes(api.call("POST", "/v1/predictors", request_of(elsewhere, "latency_ms"))) ==
        " there is too little to learn from: at least 10 and at most 5000 distinct networks are "
        "needed, got 3\n");
  CHECK(mistakes(api.call("POST", "/v1/predictors", request_of(elsewhere))) ==
        "/studies/0 study " + elsewhere +
            " has no trial with a measured accuracy; it is completed\n");
}

TEST_CASE("measurements of two machines are not mixed unless one of them is chosen") {
  ApiFixture api;
  json document = ApiFixture::kStudy;
  document["baselines"] = false;
  api.machine = "fp_test";
  const std::string first = api.finished_study(document);
  api.machine = "fp_other";
  document["seed"] = 43;
  const std::string second = api.finished_study(document);
  json request = request_of(first);
  request["studies"] = {first, second};
  CHECK(mistakes(api.call("POST", "/v1/predictors", request)) ==
        "/studies/1 was measured on fp_other, /studies/0 on fp_test: measurements of two machines "
        "are not mixed; say which one with /fingerprint\n");
  request["studies"] = {second};
  request["fingerprint"] = "fp_other";
  CHECK(trained(api, request)["training"]["fingerprint"]["id"] == "fp_other");
  request["fingerprint"] = "fp_nowhere";
  CHECK(mistakes(api.call("POST", "/v1/predictors", request)) ==
        "/studies/0 study " + second +
            " has no trial with a measured accuracy on fp_nowhere; it is completed\n");
}

TEST_CASE("a network that is given twice counts once, with the mean of its values") {
  ApiFixture api;
  api.call("POST", "/v1/supernets", test::small_manifest());
  json rows = json::array();
  for (int depth = 0; depth < 2; ++depth) {
    for (int heads = 0; heads < 4; ++heads) {
      for (int precision = 0; precision < 2; ++precision)
        rows.push_back({{"genome", {depth, heads % 2, heads / 2, precision}},
                        {"value", 1.0 + depth + heads % 2}});
    }
  }
  const json made = trained(api, {{"name", "small"},
                                  {"metric", "latency_ms"},
                                  {"supernet", "small"},
                                  {"model", "ridge"},
                                  {"rows", rows}});
  // The second layer's heads are dead while the depth is 1: four rows repeat four others.
  CHECK(made["training"]["rows"] == 12);
  CHECK(made["training"]["sources"]["repeated"] == 4);
  CHECK(made["training"]["fingerprint"]["id"] == "");
}

TEST_CASE("imported measurements are learned from, their machine kept") {
  ApiFixture api;
  api.call("POST", "/v1/supernets", test::small_manifest());
  std::string table = "depth,heads[0],heads[1],precision,latency_ms\n";
  for (const char* network : {"1,1,1,f32,1.0", "1,1,1,int8,0.9", "1,2,1,f32,1.2", "1,2,1,int8,1.1",
                              "2,1,1,f32,2.0", "2,1,1,int8,1.8", "2,1,2,f32,2.2", "2,1,2,int8,2.0",
                              "2,2,1,f32,2.3", "2,2,1,int8,2.1", "2,2,2,f32,2.5", "2,2,2,int8,2.3"})
    table += std::string(network) + "\n";
  const std::string import =
      api.call("POST", "/v1/imports",
               {{"supernet", "small"}, {"text", table}, {"fingerprint", "a Xeon"}})["id"];
  json request = {{"name", "xeon"},
                  {"metric", "latency_ms"},
                  {"supernet", "small"},
                  {"model", "ridge"},
                  {"imports", {import}}};
  const json made = trained(api, request);
  CHECK(made["training"]["sources"]["imports"] == json{{{"id", import}, {"rows", 12}}});
  CHECK(made["training"]["fingerprint"]["text"] == "a Xeon");
  CHECK(made["quality"]["kendall_tau"] > 0.7);
  request["metric"] = "accuracy";
  request["imports"] = {import, "im_gone"};
  CHECK(mistakes(api.call("POST", "/v1/predictors", request)) ==
        "/imports/0 import " + import +
            " has no value of accuracy\n/imports/1 there is no import im_gone on this server\n");
}

TEST_CASE("a genome and its config are predicted alike, with an interval around the mean") {
  ApiFixture api;
  const json made = trained(api, request_of(api.finished_study()));
  const std::string path = "/v1/predictors/" + made["id"].get<std::string>();
  const json supernet = api.call("GET", "/v1/supernets/fashion_vit");
  const json config = supernet["baselines"][1]["config"];
  const json by_config = api.call("POST", path + ":predict", {{"configs", {config, config}}});
  REQUIRE(api.status() == 200);
  CHECK(by_config["source"] == "predicted");
  CHECK(by_config["interval_level"] == 0.9);
  REQUIRE(by_config["items"].size() == 2);
  const json& item = by_config["items"][0];
  CHECK(by_config["items"][1] == item);
  const double reach = 1.6448536269514722 * item["standard_deviation"].get<double>();
  CHECK(reach > 0.0);
  CHECK(item["interval"][0].get<double>() == Approx(item["mean"].get<double>() - reach));
  CHECK(item["interval"][1].get<double>() == Approx(item["mean"].get<double>() + reach));
  CHECK(api.call("POST", path + ":predict", {{"genomes", {item["genome"]}}})["items"][0] == item);

  const json refused =
      api.call("POST", path + ":predict", {{"genomes", {item["genome"], {1, 2}, "x"}}});
  CHECK(api.status() == 422);
  CHECK(refused["errors"].size() == 2);
  CHECK(refused["errors"][0]["pointer"] == "/genomes/1");
  CHECK(mistakes(api.call("POST", path + ":predict", json::object())) ==
        " needs either configs or genomes, a list of networks\n");
}

TEST_CASE("evaluating on a study says how many of its networks were learned from") {
  ApiFixture api;
  const std::string study = api.finished_study();
  const json made = trained(api, request_of(study));
  const std::string path = "/v1/predictors/vit-accuracy:evaluate";
  const json same = api.call("POST", path, {{"studies", {study}}});
  CHECK(same["seen"] == 12);
  CHECK(same["quality"]["rows"] == 12);
  CHECK(same["quality"]["rmse"] < made["quality"]["rmse"]);
  json document = ApiFixture::kStudy;
  document["seed"] = 7;
  const json other = api.call("POST", path, {{"studies", {api.finished_study(document)}}});
  CHECK(other["seen"] == 3);  // the baselines
  CHECK(mistakes(api.call("POST", path, json::object())) ==
        " names no measured network: give studies, imports or rows\n");
}

TEST_CASE("predictors are listed newest first, filtered and in pages") {
  ApiFixture api;
  const std::string study = api.finished_study();
  trained(api, request_of(study));
  trained(api, request_of(study, "latency_ms"));
  trained(api, request_of(study));
  const json all = api.call("GET", "/v1/predictors");
  REQUIRE(all["items"].size() == 3);
  CHECK(all["items"][0]["version"] == 2);
  CHECK(all["items"][0]["quality"]["rmse"].is_number());
  CHECK_FALSE(all["items"][0]["quality"].contains("parity"));
  CHECK(all["next_page_token"].is_null());
  CHECK(api.call("GET", "/v1/predictors?metric=latency_ms")["items"].size() == 1);
  CHECK(api.call("GET", "/v1/predictors?supernet=small")["items"].empty());
  const json page = api.call("GET", "/v1/predictors?page_size=2");
  CHECK(page["items"].size() == 2);
  const json rest = api.call(
      "GET", "/v1/predictors?page_size=2&page_token=" + page["next_page_token"].get<std::string>());
  CHECK(rest["items"] == json{all["items"][2]});
  api.call("GET", "/v1/predictors?colour=red");
  CHECK(api.status() == 400);
}

TEST_CASE("an exported predictor is the same elsewhere, to the last bit") {
  ApiFixture here;
  const json made = trained(here, request_of(here.finished_study()));
  const std::string id = made["id"];
  here.call("GET", "/v1/predictors/" + id + ":export");
  const std::string file = here.last().body;
  const json networks = {{"genomes", {made["quality"]["parity"][4]["genome"]}}};
  here.call("POST", "/v1/predictors/" + id + ":predict", networks);
  const std::string predicted = here.last().body;

  ApiFixture there;
  CHECK(there.call("POST", "/v1/predictors:import", file) == made);
  CHECK(there.status() == 201);
  there.call("POST", "/v1/predictors/" + id + ":predict", networks);
  CHECK(there.last().body == predicted);
  there.call("GET", "/v1/predictors/" + id + ":export");
  CHECK(there.last().body == file);

  CHECK(there.call("POST", "/v1/predictors:import", file) == made);
  CHECK(there.status() == 200);
  json other = json::parse(file);
  other["calibration"]["scale"] = 3.0;
  there.call("POST", "/v1/predictors:import", other);
  CHECK(there.status() == 409);
  CHECK(there.call("POST", "/v1/predictors:import?name=wide", other)["name"] == "wide");
  CHECK(there.status() == 201);
  CHECK(there.call("POST", "/v1/predictors:import?name=wide", other)["version"] == 2);
  there.call("POST", "/v1/predictors:import?name=pr_x", other);
  CHECK(there.status() == 400);
  other["quarry_predictor"] = 9;
  CHECK(mistakes(there.call("POST", "/v1/predictors:import", other)) ==
        "/quarry_predictor was written by a newer Quarry (format 9, this one reads 1); use that "
        "version\n");
}

TEST_CASE("after a restart a predictor answers with the very same bytes") {
  ApiFixture api;
  const json made = trained(api, request_of(api.finished_study()));
  json genomes = json::array();
  for (const json& row : made["quality"]["parity"]) genomes.push_back(row["genome"]);
  const std::string path = "/v1/predictors/vit-accuracy:predict";
  api.call("POST", path, {{"genomes", genomes}});
  const std::string before = api.last().body;
  api.restart();
  api.call("POST", path, {{"genomes", genomes}});
  CHECK(api.last().body == before);
  CHECK(api.call("GET", "/v1/predictors/vit-accuracy") == made);
}

TEST_CASE("a study's predicted metric is there at once, labelled, with the predictor's own value") {
  ApiFixture api;
  const json made = trained(api, request_of(api.finished_study()));
  json document = ApiFixture::kStudy;
  document["seed"] = 5;
  document["metrics"]["accuracy"] = {{"evaluator", "predictor"}, {"predictor", "vit-accuracy"}};
  const std::string study = api.finished_study(document);
  const json spec = api.call("GET", "/v1/studies/" + study)["spec"];
  CHECK(spec["metrics"]["accuracy"] ==
        json{{"evaluator", "predictor"}, {"predictor", "vit-accuracy@1"}, {"id", made["id"]}});
  const json trials = api.call("GET", "/v1/studies/" + study + "/trials")["items"];
  REQUIRE(trials.size() == 12);
  for (const json& trial : trials) {
    const json accuracy = trial["metrics"]["accuracy"];
    CHECK(accuracy["source"] == "predicted");
    CHECK(trial["metrics"]["latency_ms"]["source"] == "measured");
    const json guess = api.call("POST", "/v1/predictors/vit-accuracy:predict",
                                {{"genomes", {trial["genome"]}}})["items"][0];
    CHECK(accuracy["value"] == guess["mean"]);
    CHECK(accuracy["spread"].get<double>() ==
          Approx(1.959963984540054 * guess["standard_deviation"].get<double>()));
  }
  // What it stands on is no ground to learn from.
  CHECK(mistakes(api.call("POST", "/v1/predictors", request_of(study))) ==
        "/studies/0 study " + study + " has no trial with a measured accuracy; it is completed\n");
}

TEST_CASE("a study keeps the version that its predictor had when it was created") {
  ApiFixture api;
  const std::string first = api.finished_study();
  const json made = trained(api, request_of(first));
  json document = ApiFixture::kStudy;
  document["metrics"]["accuracy"] = {{"evaluator", "predictor"}, {"predictor", "vit-accuracy"}};
  const std::string study = api.finished_study(document);
  trained(api, request_of(first));
  const json spec = api.call("GET", "/v1/studies/" + study)["spec"];
  const std::string again = api.finished_study(spec);
  CHECK(api.call("GET", "/v1/studies/" + again)["spec"] == spec);
  CHECK(spec["metrics"]["accuracy"]["id"] == made["id"]);
}

TEST_CASE("a study that names a predictor which cannot serve it is refused with the reason") {
  ApiFixture api;
  const json made = trained(api, request_of(api.finished_study()));
  api.call("POST", "/v1/supernets", test::small_manifest());
  const auto refusal = [&](const std::string& supernet, const std::string& metric,
                           const json& plan) {
    return mistakes(api.call("POST", "/v1/studies",
                             {{"supernet", supernet},
                              {"objectives", {{{"metric", metric}}}},
                              {"metrics", {{metric, plan}}}}));
  };
  json plan = {{"evaluator", "predictor"}, {"predictor", "vit-accuracy"}};
  CHECK(refusal("small", "accuracy", plan) ==
        "/metrics/accuracy/predictor predictor vit-accuracy@1 learned from networks of "
        "fashion_vit, not of small\n");
  CHECK(refusal("fashion_vit", "latency_ms", plan) ==
        "/metrics/latency_ms/predictor predictor vit-accuracy@1 predicts accuracy, not "
        "latency_ms\n");
  CHECK(refusal("fashion_vit", "macs", plan).starts_with("/metrics/macs/evaluator macs follows"));
  plan["id"] = made["id"];
  plan["predictor"] = "another";
  CHECK(refusal("fashion_vit", "accuracy", plan) ==
        "/metrics/accuracy/id is that of vit-accuracy@1, not of another: leave it out\n");
  plan.erase("id");
  CHECK(refusal("fashion_vit", "accuracy", plan)
            .starts_with("/metrics/accuracy/predictor there is no predictor another on this"));
  plan.erase("predictor");
  CHECK(refusal("fashion_vit", "accuracy", plan)
            .starts_with("/metrics/accuracy/predictor is missing: "));
}

TEST_CASE("a predictor that a running study asks is not deleted, and the study is named") {
  ApiFixture api(1);
  const json made = trained(api, request_of(api.finished_study()));
  const std::string path = "/v1/predictors/" + made["id"].get<std::string>();

  // Without workers a study that measures latency goes on for ever.
  ApiFixture idle(0);
  api.call("GET", path + ":export");
  idle.call("POST", "/v1/predictors:import", api.last().body);
  json document = ApiFixture::kStudy;
  document["metrics"]["accuracy"] = {{"evaluator", "predictor"}, {"predictor", "vit-accuracy"}};
  const std::string study = idle.call("POST", "/v1/studies", document)["id"];
  const json refused = idle.call("DELETE", path);
  CHECK(idle.status() == 409);
  CHECK(refused["detail"].get<std::string>().find("study " + study +
                                                  " asks predictor "
                                                  "vit-accuracy@1") != std::string::npos);
  idle.restart();  // it goes on, and asks the same predictor
  idle.call("DELETE", path);
  CHECK(idle.status() == 409);

  CHECK(api.call("DELETE", path)["id"] == made["id"]);
  CHECK(api.status() == 200);
  api.call("DELETE", path);
  CHECK(api.status() == 404);
}

TEST_CASE("no more than two predictors are trained at a time") {
  ApiFixture api;
  const auto first = api.predictors().begin_training();
  auto second = api.predictors().begin_training();
  CHECK(first != nullptr);
  CHECK(second != nullptr);
  api.call("POST", "/v1/predictors", json::object());
  CHECK(api.status() == 503);
  second.reset();
  api.call("POST", "/v1/predictors", json::object());
  CHECK(api.status() == 422);
}

}  // namespace
}  // namespace quarry::server
