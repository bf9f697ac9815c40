// What a study measures first: how it is read, what is refused, what is kept of other studies'
// fronts.
#include "server/studies/seeds.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>

#include "search/supernets/config.hpp"
#include "server/studies/study_plan.hpp"
#include "tests/support/manifests.hpp"
#include "tests/support/server.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

const search::Supernet& supernet() { return test::library().find("fashion_vit")->supernet(); }

// A network of `depth` layers in one precision.
json config(int depth, const std::string& precision = "f32") {
  return {{"depth", depth},
          {"heads", 2},
          {"ffn_width", 128},
          {"patch_precision", precision},
          {"qkv_precision", precision},
          {"attention_precision", "f32"},
          {"out_precision", precision},
          {"fc1_precision", precision},
          {"fc2_precision", precision},
          {"head_precision", precision}};
}

search::Genome genome(const json& config) {
  search::FieldErrors errors;
  return search::config_from_json(supernet().space, config, "", errors).value();
}

// As the API shows it: lists in full, in the supernet's order of nothing but names.
json shown(const json& config) { return search::config_to_json(supernet().space, genome(config)); }

json study(const json& seeds, int trials = 50) {
  return {{"supernet", "fashion_vit"},
          {"objectives", {{{"metric", "macs"}}, {{"metric", "params"}}}},
          {"precisions", {"f32", "int8"}},
          {"budget", {{"trials", trials}}},
          {"seeds", seeds}};
}

// A store of fronts, by study.
class Fronts {
 public:
  Fronts& add(const std::string& id, const std::vector<json>& configs,
              const std::string& state = "completed", const std::string& of = "fashion_vit") {
    StoredFront front{.study = {.id = id,
                                .name = id,
                                .spec = json{{"supernet", of}}.dump(),
                                .state = state,
                                .reason = "",
                                .created_at = "T"},
                      .members = {}};
    for (const json& member : configs)
      front.members.push_back({.number = static_cast<std::int64_t>(front.members.size()),
                               .state = "succeeded",
                               .on_front = true,
                               .data = json{{"config", member}}.dump()});
    fronts_[id] = std::move(front);
    return *this;
  }
  FrontSource source() const {
    return [this](const std::string& id) -> std::optional<StoredFront> {
      const auto found = fronts_.find(id);
      return found == fronts_.end() ? std::nullopt : std::optional(found->second);
    };
  }

 private:
  std::map<std::string, StoredFront> fronts_;
};

StudySpec sound(const json& document, const Fronts& fronts = {}) {
  search::FieldErrors errors;
  const auto spec = parse_study_spec(document, test::library(), errors, fronts.source());
  INFO(test::transcript(errors));
  REQUIRE(spec.has_value());
  return *spec;
}

std::string seed_mistakes(const json& document, const Fronts& fronts = {}) {
  search::FieldErrors errors;
  CHECK_FALSE(parse_study_spec(document, test::library(), errors, fronts.source()).has_value());
  return test::transcript(errors);
}

// What the algorithm is given, as genomes of the supernet.
std::vector<search::Genome> seeds_of(const StudySpec& spec) {
  evaluators::NetworkPool pool;
  const StudyPlan plan(spec, *test::library().find("fashion_vit"), pool);
  std::vector<search::Genome> genomes;
  for (const search::Genome& seed : plan.problem().seeds)
    genomes.push_back(plan.subspace().expand(seed));
  return genomes;
}

std::vector<search::Genome> with_baselines(const std::vector<json>& configs) {
  std::vector<search::Genome> genomes;
  for (const search::Baseline& baseline : supernet().baselines) genomes.push_back(baseline.genome);
  for (const json& each : configs) genomes.push_back(genome(each));
  return genomes;
}

TEST_CASE("seeds are the baselines, then the configurations, then the fronts, each network once") {
  Fronts fronts;
  fronts.add("st_a", {config(2), config(4)}).add("st_b", {config(4), config(5)});
  const json baseline = search::config_to_json(supernet().space, supernet().baselines[1].genome);
  const StudySpec spec = sound(study({{"configs", {config(3), baseline, config(2), config(3)}},
                                      {"studies", {"st_a", "st_b"}}}),
                               fronts);
  CHECK(seeds_of(spec) == with_baselines({config(3), config(2), config(4), config(5)}));
}

TEST_CASE("without baselines the user's configurations are measured first") {
  json document = study({{"configs", {config(3)}}});
  document["baselines"] = false;
  CHECK(seeds_of(sound(document)) == std::vector<search::Genome>{genome(config(3))});
}

TEST_CASE("a study's front is looked up once and kept, so its study may go") {
  Fronts fronts;
  fronts.add("st_a", {config(2), config(4)});
  const StudySpec spec = sound(study({{"configs", {config(3)}}, {"studies", {"st_a"}}}), fronts);
  const json kept = to_json(spec);
  CHECK(kept["seeds"] == json{{"configs", {shown(config(3))}},
                              {"studies",
                               {{{"id", "st_a"},
                                 {"front", 2},
                                 {"outside", 0},
                                 {"repeated", 0},
                                 {"over_budget", 0},
                                 {"configs", {shown(config(2)), shown(config(4))}}}}}});
  CHECK(sound(kept, Fronts()) == spec);
  CHECK(to_json(sound(kept, Fronts())) == kept);
}

TEST_CASE(
    "of a front what this study does not search, has already or has no trials for is counted") {
  Fronts fronts;
  fronts.add("st_a", {config(2), config(3, "int8_w4"), config(4), config(5), config(6), config(2)});
  const StudySpec spec =
      sound(study({{"configs", {config(4)}}, {"studies", {"st_a", "st_a"}}}, 6), fronts);
  json seeds = to_json(spec)["seeds"]["studies"];
  CHECK(seeds[0]["configs"] == json{shown(config(2)), shown(config(5))});
  for (json& front : seeds) front.erase("configs");
  CHECK(seeds[0] ==
        json{{"id", "st_a"}, {"front", 6}, {"outside", 1}, {"repeated", 2}, {"over_budget", 1}});
  CHECK(seeds[1] ==
        json{{"id", "st_a"}, {"front", 6}, {"outside", 1}, {"repeated", 4}, {"over_budget", 1}});
  CHECK(seeds_of(spec).size() == 6);
}

TEST_CASE("a dead layer's precision does not put a network outside a study") {
  json document = study({{"configs", {config(1, "int8")}}});
  document["precisions"] = {"int8"};
  CHECK(seeds_of(sound(document)).back() == genome(config(1, "int8")));
}

TEST_CASE("every mistake of the given configurations is told where it stands") {
  json wide = config(2);
  wide["depth"] = 9;
  wide["colour"] = "red";
  json uneven = config(2);
  uneven["heads"] = {1, 2, 3};
  CHECK(seed_mistakes(study({{"configs", {config(1), wide, 7, uneven}}})) ==
        "/seeds/configs/1/depth must be 1, 2, 3, 4, 5 or 6, got 9\n"
        "/seeds/configs/1/colour is not a field here; the fields are attention_precision, depth, "
        "fc1_precision, fc2_precision, ffn_width, head_precision, heads, out_precision, "
        "patch_precision or qkv_precision\n"
        "/seeds/configs/2 must be an object, got a number\n"
        "/seeds/configs/3/heads must have 6 values (or be a single one for all), got 3\n");
}

TEST_CASE("a configuration that the study does not search is refused with what to change") {
  json mixed = shown(config(3));
  mixed["qkv_precision"][1] = "int8_w4";
  mixed["fc1_precision"][2] = "int8_w4";
  mixed["qkv_precision"][5] = "int8_w4";  // dead: there are three layers
  CHECK(seed_mistakes(study({{"configs", {config(2), mixed, config(3, "int8_w4")}}})) ==
        "/seeds/configs/1/qkv_precision/1 this study does not search int8_w4, its precisions are "
        "f32 or int8: add int8_w4 to /precisions, or leave this network out\n"
        "/seeds/configs/2/patch_precision this study does not search int8_w4, its precisions are "
        "f32 or int8: add int8_w4 to /precisions, or leave this network out\n");
}

TEST_CASE("a configuration that this machine cannot run is refused with what it can") {
  using search::Precision;
  const std::vector<Precision> runs = {Precision::kF32, Precision::kInt8};
  StudySpec spec;
  spec.precisions = runs;
  const search::Subspace subspace = study_subspace(supernet().space, spec);
  search::FieldErrors errors;
  const FrontSource nobody;
  read_seeds({{"configs", {config(1, "bf16")}}}, "/seeds",
             {.supernet = supernet(),
              .subspace = &subspace,
              .precisions = runs,
              .runnable = runs,
              .max_trials = 10,
              .fronts = nobody},
             errors);
  CHECK(test::transcript(errors) ==
        "/seeds/configs/0/patch_precision bf16 does not run on this machine, which runs f32 or "
        "int8: take one of those here, or leave this network out\n");
}

TEST_CASE("more configurations than the budget has trials for are refused with both numbers") {
  CHECK(seed_mistakes(study({{"configs", {config(1), config(2), config(3), config(2)}}}, 5)) ==
        "/seeds/configs there are 6 networks to measure first (3 baselines and 3 configurations), "
        "and the budget is 5 trials: raise /budget/trials to at least 6, or give fewer\n");
  CHECK(seeds_of(sound(study({{"configs", {config(1), config(2)}}}, 5))).size() == 5);
}

TEST_CASE("studies whose front cannot be measured first are refused, each with its reason") {
  json other = config(2);
  other["depth"] = 12;
  Fronts fronts;
  fronts.add("st_other", {config(1)}, "completed", "resnet")
      .add("st_young", {}, "running")
      .add("st_empty", {})
      .add("st_older", {config(1), other});
  CHECK(
      seed_mistakes(
          study({{"studies", {"st_gone", "st_other", "st_young", "st_empty", "st_older", 4}}}),
          fronts) ==
      "/seeds/studies/0 there is no study \"st_gone\" on this server: a front of another server "
      "is given in /seeds/configs (quarry submit --seeds FILE)\n"
      "/seeds/studies/1 study st_other searches resnet, this one fashion_vit: only a front of the "
      "same supernet can be measured first\n"
      "/seeds/studies/2 study st_young is running and has no network on its front: wait for its "
      "first trials, or leave it out\n"
      "/seeds/studies/3 study st_empty is completed and has no network on its front: leave it "
      "out\n"
      "/seeds/studies/4 study st_older searched another version of fashion_vit, whose genes "
      "differ (trial 1, /depth: must be 1, 2, 3, 4, 5 or 6, got 12): give those of its networks "
      "that this version has in /seeds/configs\n"
      "/seeds/studies/5 must be the id of a study, got a number\n");
}

TEST_CASE("seeds of the wrong shape are told so") {
  CHECK(seed_mistakes(study(3)) == "/seeds must be an object, got 3\n");
  CHECK(seed_mistakes(study({{"configs", config(1)}, {"studies", "st_a"}, {"study", "st_a"}})) ==
        "/seeds/configs must be an array, got an object\n"
        "/seeds/studies must be an array, got \"st_a\"\n"
        "/seeds/study is not a field here; the fields are configs or studies\n");
  CHECK(seed_mistakes(study({{"studies", {{{"id", "st_a"}, {"front", -1}}}}})) ==
        "/seeds/studies/0/configs is missing\n"
        "/seeds/studies/0/front must be a whole number between 0 and 10000000, got -1\n");
  CHECK(seed_mistakes(study({{"studies", std::vector<std::string>(65, "st_a")}})) ==
        "/seeds/studies must have at most 64 studies, got 65\n");
}

TEST_CASE("mistakes elsewhere in a study do not make its seeds look wrong") {
  json document = study({{"configs", {config(1, "int8_w4"), config(2)}}}, 0);
  document["precisions"] = {"f23"};
  CHECK(
      seed_mistakes(document) ==
      "/precisions/0 unknown precision \"f23\" (did you mean \"f32\"?); known are f32, bf16, int8 "
      "or int8_w4\n"
      "/budget/trials must be a whole number between 1 and 10000000, got 0\n");
  document["supernet"] = "resnet";
  CHECK(seed_mistakes(document).starts_with("/supernet unknown supernet"));
}

}  // namespace
}  // namespace quarry::server
