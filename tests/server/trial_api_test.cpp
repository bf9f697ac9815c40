// One trial through the API: what is written about it, its network with the times that are known,
// and the forms in which it is taken away.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "evaluators/onednn/step_plan.hpp"
#include "search/supernets/config.hpp"
#include "tests/support/api_fixture.hpp"
#include "tests/support/manifests.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;
using test::ApiFixture;

// Trial 0 is the largest f32 network, trial 1 the largest int8 one.
std::string trial_path(const std::string& study, int number, const std::string& rest = "") {
  return "/v1/studies/" + study + "/trials/" + std::to_string(number) + rest;
}

const json& operator_named(const json& network, const std::string& name) {
  for (const json& op : network["phases"][0]["operators"])
    if (op["name"] == name) return op;
  throw std::runtime_error("no operator " + name);
}

TEST_CASE("one trial is what the list shows of it, and whether it is on the front") {
  ApiFixture api;
  const std::string id = api.finished_study();
  const json listed = api.call("GET", "/v1/studies/" + id + "/trials")["items"][3];
  json trial = api.call("GET", trial_path(id, 3));
  CHECK(api.status() == 200);
  CHECK(trial["study"] == id);
  CHECK(trial["notes"] == "");
  bool on_front = false;
  const json front = api.call("GET", "/v1/studies/" + id + "/front");
  for (const json& member : front["items"]) on_front = on_front || member["number"] == 3;
  CHECK(trial["on_front"] == on_front);
  for (const char* own : {"study", "notes", "on_front", "machines"}) trial.erase(own);
  CHECK(trial == listed);
}

TEST_CASE("a trial that is not there is 404, whatever its number looks like") {
  ApiFixture api;
  const std::string id = api.finished_study();
  for (const char* number : {"12", "-1", "x", "1.5", "99999999999999999999"}) {
    const json problem = api.call("GET", "/v1/studies/" + id + "/trials/" + number);
    CHECK(api.status() == 404);
    CHECK(problem["detail"] == "study " + id + " has no trial " + number);
  }
  api.call("GET", "/v1/studies/st_none/trials/0/network");
  CHECK(api.status() == 404);
}

TEST_CASE("notes on a trial stay over a restart and go with the study") {
  ApiFixture api;
  const std::string id = api.finished_study();
  CHECK(api.call("PATCH", trial_path(id, 2), {{"notes", "take this"}})["notes"] == "take this");
  api.restart();
  CHECK(api.call("GET", trial_path(id, 2))["notes"] == "take this");
  CHECK(api.call("GET", trial_path(id, 1))["notes"] == "");
  CHECK(api.call("PATCH", trial_path(id, 2), {{"notes", ""}})["notes"] == "");
  api.call("PATCH", trial_path(id, 2), {{"notes", "again"}});
  api.call("DELETE", "/v1/studies/" + id);
  CHECK(api.status() == 204);
  CHECK(TrialNoteStore(open_database(api.folder())).find(id, 2) == "");
}

TEST_CASE("every mistake of a change is named, and nothing is changed") {
  ApiFixture api;
  const std::string id = api.finished_study();
  const json refused = api.call("PATCH", trial_path(id, 0),
                                {{"notes", std::string(65537, 'x')}, {"state", "failed"}});
  CHECK(api.status() == 422);
  REQUIRE(refused["errors"].size() == 2);
  CHECK(refused["errors"][0]["pointer"] == "/notes");
  CHECK(refused["errors"][1]["pointer"] == "/state");
  CHECK(api.call("GET", trial_path(id, 0))["notes"] == "");
}

TEST_CASE("the network of a trial is the operators that its metrics count") {
  ApiFixture api;
  const std::string id = api.finished_study();
  const json trial = api.call("GET", trial_path(id, 0));
  const json network = api.call("GET", trial_path(id, 0, "/network"));
  REQUIRE(api.status() == 200);
  CHECK(network["macs"] == trial["metrics"]["macs"]["value"]);
  CHECK(network["params"] == trial["metrics"]["params"]["value"]);
  REQUIRE(network["phases"].size() == 1);
  const json& phase = network["phases"][0];
  CHECK(phase["failure"] == "");
  std::int64_t macs = 0;
  for (const json& op : phase["operators"]) macs += op["macs"].get<std::int64_t>();
  CHECK(macs == network["macs"].get<std::int64_t>() * phase["rows"].get<std::int64_t>());
  // 49 patches and no class token, 64 features, 4 heads of 16.
  const json& qkv = operator_named(network, "layer2.qkv");
  CHECK(qkv["kind"] == "linear");
  CHECK(qkv["block"] == "layer2");
  CHECK(qkv["group"] == "layer");
  CHECK(qkv["index"] == 2);
  CHECK(qkv["output"] == json{49, 192});
  CHECK(qkv["attributes"]["in_features"] == 64);
  CHECK(qkv["macs"] == 49 * 64 * 192 * phase["rows"].get<std::int64_t>());
  CHECK(operator_named(network, "patch.patchify")["inputs"] == json{-1});
  CHECK(operator_named(network, "patch.patchify")["index"].is_null());
}

TEST_CASE("the network shows the precision of each operator, and how its weights are rounded") {
  ApiFixture api;
  const std::string id = api.finished_study();
  const json network = api.call("GET", trial_path(id, 1, "/network"));
  const json& fc1 = operator_named(network, "layer0.fc1");
  CHECK(fc1["precision"] == "int8");
  CHECK(fc1["scheme"] == json{{"weights", "symmetric"}, {"per", "channel"}});
  CHECK_FALSE(operator_named(network, "layer0.softmax").contains("scheme"));
}

TEST_CASE("where nothing was timed the network says so and shows no time") {
  ApiFixture api;
  const std::string id = api.finished_study();
  const json network = api.call("GET", trial_path(id, 0, "/network"));
  CHECK(
      network["no_times"].get<std::string>().starts_with("no operator was timed on this machine"));
  CHECK(network["phases"][0]["sum_ms"].is_null());
  const json& fc1 = operator_named(network, "layer0.fc1");
  CHECK(fc1["time_ms"].is_null());
  REQUIRE_FALSE(fc1["steps"].empty());
  CHECK_FALSE(fc1["steps"][0].contains("time_ms"));
}

TEST_CASE("times that measurements left are those of the operators' steps, and add up") {
  ApiFixture api;
  const std::string id = api.finished_study();
  const search::Supernet supernet = test::fashion_vit();
  const search::Genome& largest = test::baseline(supernet, "largest f32");
  const auto plan = evaluators::StepPlanner(1).plan(
      supernet.network(largest), static_cast<std::size_t>(supernet.latency_batch));
  const std::vector<double> each(plan.steps.size(), 0.25);
  api.times().record(api.machine, 1, plan.steps, std::vector<std::vector<double>>{each},
                     std::nullopt);
  const json network = api.call("GET", trial_path(id, 0, "/network"));
  CHECK(network["no_times"] == "");
  CHECK(network["fingerprint"] == api.machine);
  CHECK(network["phases"][0]["sum_ms"] == Approx(0.25 * static_cast<double>(plan.steps.size())));
  CHECK(network["phases"][0]["estimated_ms"] == 0.0);
  double sum_ms = 0.0;
  for (const json& op : network["phases"][0]["operators"]) {
    CHECK_FALSE(op["estimated"].get<bool>());
    if (!op["time_ms"].is_null()) sum_ms += op["time_ms"].get<double>();
    CHECK(op["time_ms"].is_null() == op["steps"].empty());
  }
  CHECK(sum_ms == Approx(network["phases"][0]["sum_ms"].get<double>()));
  CHECK(operator_named(network, "layer0.fc1")["steps"][0]["networks"] == 1);
}

TEST_CASE("a step that was never timed is an estimate, and the operator says so") {
  ApiFixture api;
  const std::string id = api.finished_study();
  const evaluators::CompiledStep other{
      .bytes = 4000, .kind = "softmax f32", .shape = "1x1", .macs = 0};
  api.times().record(api.machine, 1, std::span(&other, 1), std::vector<std::vector<double>>{{0.1}},
                     std::nullopt);
  const json network = api.call("GET", trial_path(id, 0, "/network"));
  const json& fc1 = operator_named(network, "layer0.fc1");
  CHECK(fc1["estimated"] == true);
  CHECK(fc1["steps"][0]["networks"] == 0);
}

TEST_CASE("an encoder-decoder has two phases, the second once for every token") {
  ApiFixture api;
  json study = {{"supernet", "transformer_lt_wmt_en_de"},
                {"objectives", {{{"metric", "macs"}}, {{"metric", "latency_ms"}}}},
                {"algorithm", {{"name", "random"}}},
                {"budget", {{"trials", 2}}}};
  const std::string id = api.finished_study(study);
  const json network = api.call("GET", trial_path(id, 0, "/network"));
  REQUIRE(network["phases"].size() == 2);
  CHECK(network["phases"][0]["name"] == "encoder");
  CHECK(network["phases"][0]["repetitions"] == 1);
  CHECK(network["phases"][1]["name"] == "decode step");
  CHECK(network["phases"][1]["repetitions"].get<int>() > 1);
  CHECK(network["phases"][1]["operators"][1]["group"].is_string());
}

TEST_CASE("Quarry's own export is a config that is the very genome again") {
  ApiFixture api;
  const std::string id = api.finished_study();
  const search::Supernet supernet = test::fashion_vit();
  for (const int number : {0, 1, 7}) {
    const json config = api.call("GET", trial_path(id, number, "/export"));
    search::FieldErrors errors;
    const auto genome = search::config_from_json(supernet.space, config, "", errors);
    REQUIRE(genome);
    CHECK(json(*genome) == api.call("GET", trial_path(id, number))["genome"]);
  }
  CHECK(api.last().status == 200);
}

TEST_CASE("an export comes with the name of a file") {
  ApiFixture api;
  const std::string id = api.finished_study();
  api.call("GET", trial_path(id, 4, "/export?format=policy"));
  CHECK(api.last().headers.front() ==
        std::pair<std::string, std::string>{"Content-Disposition",
                                            "attachment; filename=\"" + id + "-4.policy.json\""});
}

TEST_CASE("a policy names every operator with weights, the tensor, and how it is rounded") {
  ApiFixture api;
  const std::string id = api.finished_study();
  const json policy = api.call("GET", trial_path(id, 1, "/export?format=policy"));
  CHECK(policy["supernet"] == "fashion_vit");
  CHECK(policy["operators"].size() == api.call("GET", trial_path(id, 1))["policy"].size());
  CHECK(policy["operators"][1] ==
        json{{"operator", "layer0.qkv"},
             {"precision", "int8"},
             {"tensor", "layer0.qkv.weight"},
             {"weights", {{"bits", 8}, {"scheme", "symmetric"}, {"granularity", "channel"}}},
             {"activations", {{"bits", 8}, {"calibration", "minmax"}}}});
}

TEST_CASE("DyNAS-T's form is its dict, and is refused with words where it has no such supernet") {
  ApiFixture api;
  const json refused =
      api.call("GET", trial_path(api.finished_study(), 0, "/export?format=dynast"));
  CHECK(api.status() == 409);
  CHECK(refused["detail"].get<std::string>().starts_with("DyNAS-T has no supernet fashion_vit"));
  json study = {{"supernet", "bert_base_sst2"},
                {"objectives", {{{"metric", "macs"}}, {{"metric", "params"}}}},
                {"algorithm", {{"name", "random"}}},
                {"budget", {{"trials", 2}}}};
  const std::string id = api.finished_study(study);
  api.call("GET", trial_path(id, 0, "/export?format=dynast"));
  CHECK(api.last().body.starts_with("{'num_layers': [12], 'num_attention_heads': [12, "));
  CHECK(api.last().content_type.starts_with("text/plain"));
}

TEST_CASE("a format that there is not is named with those that there are") {
  ApiFixture api;
  const json refused = api.call("GET", trial_path(api.finished_study(), 0, "/export?format=onnx"));
  CHECK(api.status() == 400);
  CHECK(refused["detail"] == "format must be quarry, dynast, policy or card, got \"onnx\"");
}

TEST_CASE("a card says what was measured how, and the command that measures it again") {
  ApiFixture api;
  json study = ApiFixture::kStudy;
  study["metrics"] = {
      {"latency_ms",
       {{"evaluator", "onednn"}, {"batch", 4}, {"threads", 1}, {"max_seconds", 0.5}}}};
  const std::string id = api.finished_study(study);
  api.call("PATCH", trial_path(id, 0), {{"notes", "the one"}});
  const json card = api.call("GET", trial_path(id, 0, "/export?format=card"));
  REQUIRE(api.status() == 200);
  CHECK(card["supernet"] == "fashion_vit");
  CHECK(card["notes"] == "the one");
  CHECK(card["formats"] == json{"quarry", "policy", "card"});
  const json& latency = card["metrics"]["latency_ms"];
  CHECK(latency["spread"] == 0.001);
  CHECK(latency["fingerprint"] == api.machine);
  CHECK(latency["measured_with"]["batch"] == 4);
  const std::string command = card["reproduce"];
  const std::size_t end = command.find("' | ");
  CHECK(json::parse(command.substr(6, end - 6)) == card["config"]);
  CHECK(command.substr(end) ==
        "' | quarry measure fashion_vit --config - --batch 4 --threads 1 --confidence-width 0.01 "
        "--max-seconds 0.5 --cache warm --priority realtime");
  CHECK_FALSE(card.contains("not_reproduced"));
}

TEST_CASE("peaks that were measured stand beside the network of that machine") {
  ApiFixture api;
  const std::string id = api.finished_study();
  CHECK(api.call("GET", trial_path(id, 0, "/network"))["peaks"].is_null());
  const json peaks = api.call("POST", "/v1/operators:peaks", {{"threads", 1}});
  REQUIRE(api.status() == 200);
  CHECK(peaks["fingerprint"] == api.machine);
  CHECK(peaks["macs_per_ms"]["f32"].get<double>() > 0.0);
  CHECK(peaks["bytes_per_ms"].get<double>() > 0.0);
  const json shown = api.call("GET", trial_path(id, 0, "/network"))["peaks"];
  CHECK(shown["macs_per_ms"] == peaks["macs_per_ms"]);
  const json refused = api.call("POST", "/v1/operators:peaks", {{"threads", 0}, {"cores", 2}});
  CHECK(api.status() == 422);
  CHECK(refused["errors"].size() == 2);
}

}  // namespace
}  // namespace quarry::server
