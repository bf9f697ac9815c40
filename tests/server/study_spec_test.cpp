#include "server/studies/study_spec.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "evaluators/onednn/onednn_info.hpp"
#include "tests/support/manifests.hpp"
#include "tests/support/server.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

std::string spec_mistakes(const json& document) {
  search::FieldErrors errors;
  CHECK_FALSE(parse_study_spec(document, test::library(), errors).has_value());
  return test::transcript(errors);
}

StudySpec sound(const json& document) {
  search::FieldErrors errors;
  const auto spec = parse_study_spec(document, test::library(), errors);
  INFO(test::transcript(errors));
  REQUIRE(spec.has_value());
  return *spec;
}

const json kSmallest = {{"supernet", "fashion_vit"},
                        {"objectives", {{{"metric", "accuracy"}}, {{"metric", "latency_ms"}}}}};

TEST_CASE("everything but supernet and objectives has a default that is shown") {
  const json shown = to_json(sound(kSmallest));
  CHECK(shown["name"] == "fashion_vit");
  CHECK(shown["objectives"][0]["goal"] == "maximize");
  CHECK(shown["objectives"][1]["goal"] == "minimize");
  CHECK(shown["metrics"]["accuracy"] ==
        json{{"evaluator", "validation"}, {"split", "validation"}, {"images", 0}, {"threads", 1}});
  CHECK(shown["metrics"]["latency_ms"]["evaluator"] == "onednn");
  CHECK(shown["algorithm"]["name"] == "quarry");
  CHECK(shown["algorithm"]["inner"]["name"] == "nsga2");
  CHECK(shown["budget"] == json{{"trials", 250}});
  CHECK(shown["seed"] == 42);
  CHECK(shown["seeds"] == json{{"configs", json::array()}, {"studies", json::array()}});
}

TEST_CASE("a study can fix genes, one by one or a list as a whole") {
  json document = kSmallest;
  document["fixed"] = {{"depth", 2}, {"heads[1]", 3}, {"qkv_precision", "int8"}};
  const StudySpec spec = sound(document);
  CHECK(spec.fixed.size() == 1 + 1 + 6);
  CHECK(sound(to_json(spec)).fixed == spec.fixed);
  const search::Subspace subspace =
      study_subspace(test::library().find("fashion_vit")->supernet().space, spec);
  for (const search::Gene& gene : subspace.space().genes())
    CHECK((gene.choices.size() == 1) == spec.fixed.contains(gene.name));
  document["fixed"] = {{"depth", 7}, {"haeds", 1}, {"heads[9]", 1}};
  CHECK(spec_mistakes(document) ==
        "/fixed/depth must be 1, 2, 3, 4, 5 or 6\n"
        "/fixed/haeds \"haeds\" is not a parameter (did you mean \"heads\"?)\n"
        "/fixed/heads[9] \"heads[9]\" is not a member of heads, which has [0] to [5]\n");
}

TEST_CASE(
    "a study searches the weight schemes that run here, where its supernet has genes for them") {
  json document = kSmallest;
  CHECK(sound(document).weight_schemes.empty());
  document["weight_schemes"] = {"symmetric"};
  CHECK(spec_mistakes(document) == "/weight_schemes supernet fashion_vit has no gene for it\n");
  document["supernet"] = "inc_quantization_ofa_resnet50";
  document["objectives"] = {{{"metric", "latency_ms"}}, {{"metric", "model_size_bytes"}}};
  CHECK(sound(document).weight_schemes == std::vector<std::string>{"symmetric"});
  document.erase("weight_schemes");
  for (const std::string& scheme : sound(document).weight_schemes) CHECK(scheme == "symmetric");
  document["weight_schemes"] = {"symmetrical"};
  CHECK(spec_mistakes(document) ==
        "/weight_schemes/0 unknown weight scheme \"symmetrical\" (did you mean \"symmetric\"?); "
        "known "
        "are symmetric or asymmetric\n");
}

TEST_CASE("a study searches the precisions that run here, or fewer when told so") {
  const StudySpec all = sound(kSmallest);
  const auto executable = evaluators::executable_precisions();
  CHECK(all.precisions == std::vector<search::Precision>(executable.begin(), executable.end()));
  json document = kSmallest;
  document["precisions"] = {"int8", "f32", "int8"};
  CHECK(sound(document).precisions ==
        std::vector{search::Precision::kF32, search::Precision::kInt8});
  document["precisions"] = {"int7", 8};
  CHECK(spec_mistakes(document) ==
        "/precisions/0 unknown precision \"int7\" (did you mean \"int8\"?); known are f32, bf16, "
        "int8 or int8_w4\n"
        "/precisions/1 unknown precision \"a number\"; known are f32, bf16, int8 or int8_w4\n");
  document["precisions"] = json::array();
  CHECK(spec_mistakes(document) ==
        "/precisions must name at least one of f32, bf16, int8 or int8_w4\n");
}

TEST_CASE("a study of formulas alone searches every precision, whatever runs here") {
  CHECK(sound({{"supernet", "fashion_vit"}, {"objectives", {{{"metric", "macs"}}}}})
            .precisions.size() == 4);
}

TEST_CASE("what is shown is read back to the same study") {
  json document = kSmallest;
  document["constraints"] = {{{"metric", "model_size_bytes"}, {"max", 300000}}};
  document["budget"] = {{"trials", 10}, {"seconds", 3.5}};
  document["metrics"] = {{"latency_ms", {{"evaluator", "onednn"}, {"batch", 1}, {"threads", 2}}},
                         {"macs", json::object()}};
  document["algorithm"] = {{"name", "nsga2"}, {"population", 12}};
  const StudySpec spec = sound(document);
  CHECK(sound(to_json(spec)) == spec);
  CHECK(spec.algorithm_options.integer("population") == 12);
  CHECK(spec.metrics.size() == 4);
}

TEST_CASE("all mistakes of a study are told at once, each where it stands") {
  const json document = {
      {"supernet", "fashion_vitt"},
      {"objectives",
       {{{"metric", "latancy_ms"}},
        {{"metric", "accuracy"}, {"goal", "up"}},
        {{"metric", "accuracy"}}}},
      {"constraints", {{{"metric", "macs"}}, {{"metric", "macs"}, {"min", 3}, {"max", 2}}}},
      {"metrics", {{"accuracy", {{"evaluator", "onednn"}}}, {"speed", json::object()}}},
      {"algorithm", {{"name", "linas"}, {"population", 1}}},
      {"budget", {{"trials", 0}, {"second", 1}}},
      {"seed", -1},
      {"priority", 1}};
  std::string told = spec_mistakes(document);
  const std::string names = search::one_of(test::library().names());
  told.replace(told.find(names), names.size(), "...");
  CHECK(told ==
        "/supernet unknown supernet \"fashion_vitt\" (did you mean \"fashion_vit\"?); known are "
        "...\n"
        "/objectives/0/metric unknown metric \"latancy_ms\" (did you mean \"latency_ms\"?); known "
        "are accuracy, bleu, latency_ms, macs, params, model_size_bytes, peak_activation_bytes, "
        "operators or int8_share\n"
        "/objectives/1/goal must be minimize or maximize, got \"up\"\n"
        "/objectives/2/metric \"accuracy\" is an objective already\n"
        "/constraints/0/max is missing: a constraint needs max, min or both\n"
        "/constraints/1/min is above max: no network could meet both\n"
        "/metrics/speed unknown metric \"speed\"; known are accuracy, bleu, latency_ms, macs, "
        "params, model_size_bytes, peak_activation_bytes, operators or int8_share\n"
        "/metrics/accuracy/evaluator evaluator onednn provides latency_ms, not accuracy\n"
        "/algorithm/population must be a whole number between 4 and 10000, got 1\n"
        "/budget/trials must be a whole number between 1 and 10000000, got 0\n"
        "/budget/second is not a field here (did you mean \"seconds\"?); the fields are seconds or "
        "trials\n"
        "/seed must be a whole number between 0 and 9007199254740991, got -1\n"
        "/priority is not a field here; the fields are algorithm, baselines, budget, constraints, "
        "final_test, fixed, in_flight, latency_model, metrics, name, objectives, "
        "precisions, retries, seed, "
        "seeds, supernet or weight_schemes\n");
}

TEST_CASE("a metric may be measured elsewhere, by workers with tags or by the user's own program") {
  json document = kSmallest;
  document["metrics"] = {{"accuracy", {{"evaluator", "external"}}},
                         {"latency_ms", {{"tags", {"device=phone", "a", "a"}}}}};
  document["retries"] = {{"max", 5}, {"on", {"final"}}};
  document["in_flight"] = 64;
  const StudySpec spec = sound(document);
  CHECK(spec.metrics[0].tags.empty());
  CHECK(spec.metrics[1].tags == std::vector<std::string>{"a", "device=phone"});
  CHECK(spec.in_flight == 64);
  CHECK(retries_again(spec.retries, evaluators::FailureKind::kFinal, 4));
  CHECK_FALSE(retries_again(spec.retries, evaluators::FailureKind::kFinal, 5));
  CHECK_FALSE(retries_again(spec.retries, evaluators::FailureKind::kExpired, 0));
  CHECK(sound(to_json(spec)) == spec);
  // The formulas need nobody; what does not run here may run elsewhere.
  document["metrics"]["macs"] = {{"tags", {"x"}}};
  document["metrics"]["latency_ms"]["tags"] = {1, ""};
  document["retries"] = {{"max", -1}, {"on", {"always"}}};
  CHECK(spec_mistakes(document) ==
        "/metrics/latency_ms/tags/0 must be a word such as \"device=phone\"\n"
        "/metrics/latency_ms/tags/1 must be a word such as \"device=phone\"\n"
        "/metrics/macs/tags analytic needs no worker, so its metrics have no tags\n"
        "/retries/max must be a whole number between 0 and 100, got -1\n"
        "/retries/on/0 must be expired, retryable or final, got \"always\"\n");
}

TEST_CASE("documents of the wrong shape are told so") {
  CHECK(spec_mistakes(json::array()) == " must be an object, got an array\n");
  CHECK(spec_mistakes({{"supernet", "fashion_vit"}, {"objectives", json::array()}}) ==
        "/objectives must have 1 to 8 objectives, got 0\n");
  CHECK(spec_mistakes({{"supernet", 3}, {"objectives", "accuracy"}}) ==
        "/supernet must be a string, got 3\n/objectives must be an array, got \"accuracy\"\n");
}

}  // namespace
}  // namespace quarry::server
