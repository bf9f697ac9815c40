// What is exported for DyNAS-T is what DyNAS-T writes: the importer of its files takes every row of
// it, and finds the very network again.
#include "evaluators/imports/dynast_config.hpp"

#include <catch2/catch.hpp>

#include "evaluators/imports/result_file.hpp"
#include "search/core/rng.hpp"
#include "tests/support/manifests.hpp"

namespace quarry::evaluators {
namespace {

// One genome as a file of DyNAS-T's with this dict and an accuracy, read again; nothing where the
// file is refused.
std::optional<search::Genome> imported(const search::Supernet& supernet, const std::string& dict) {
  const std::string text = "Sub-network,Date,Model Parameters,Latency (ms),MACs,Top-1 Acc (%)\n\"" +
                           dict + "\",2023-02-17 21:08:49.689809,0,0,0,75.5\n";
  search::FieldErrors errors;
  const std::vector<std::string> rules = {"Top-1 Acc (%)=accuracy*0.01"};
  const ResultFile file = read_result_file(text, ResultFormat::kDynast, rules, supernet, errors);
  INFO(dict);
  INFO(test::transcript(errors));
  REQUIRE(errors.empty());
  REQUIRE(file.rows.size() == 1);
  return file.rows.front().genome;
}

TEST_CASE("a network of MobileNetV3 is the dict that DyNAS-T's files have") {
  const search::Supernet supernet = test::builtin_supernet("ofa_mbv3_d234_e346_k357_w1.0");
  CHECK(dynast_config(supernet, supernet.baselines.front().genome) ==
        "{'wid': None, "
        "'ks': [7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7], "
        "'e': [6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6], "
        "'d': [4, 4, 4, 4, 4], 'r': [224]}");
}

TEST_CASE("a single gene of BERT is a list, as DyNAS-T has no other values") {
  const search::Supernet supernet = test::builtin_supernet("bert_base_sst2");
  const auto dict = dynast_config(supernet, supernet.baselines.front().genome);
  REQUIRE(dict);
  CHECK(dict->starts_with("{'num_layers': [12], 'num_attention_heads': [12, 12, "));
}

TEST_CASE("the quantization policy stands behind the architecture, schemes in quotes") {
  const search::Supernet supernet = test::builtin_supernet("inc_quantization_ofa_resnet50");
  const auto dict = dynast_config(supernet, supernet.baselines.front().genome);
  REQUIRE(dict);
  CHECK(dict->find("], 'r': [224], 'q_bits': [32, ") != std::string::npos);
  CHECK(dict->find("'q_weights_mode': ['symmetric', ") != std::string::npos);
}

TEST_CASE("a supernet that DyNAS-T does not have has no dict of its") {
  for (const char* name : {"fashion_vit", "ncf", "flexibert", "bootstrapnas_resnet50_cifar10"}) {
    const search::Supernet supernet = test::builtin_supernet(name);
    CHECK_FALSE(dynast_config(supernet, supernet.baselines.front().genome));
  }
}

TEST_CASE("every built-in of DyNAS-T's finds its baselines and random networks again") {
  std::size_t supernets = 0;
  for (const search::BuiltinSupernet& builtin : search::builtin_supernets()) {
    search::FieldErrors errors;
    const auto supernet = search::load_manifest(builtin.manifest, errors);
    REQUIRE(supernet);
    std::vector<search::Genome> genomes;
    for (const search::Baseline& baseline : supernet->baselines) genomes.push_back(baseline.genome);
    search::Rng rng(7);
    for (int i = 0; i < 20; ++i) genomes.push_back(supernet->space.random(rng));
    if (!dynast_config(*supernet, genomes.front())) continue;
    ++supernets;
    for (const search::Genome& genome : genomes) {
      const auto dict = dynast_config(*supernet, genome);
      REQUIRE(dict);
      CHECK(imported(*supernet, *dict) == genome);
    }
  }
  CHECK(supernets == 9);
}

}  // namespace
}  // namespace quarry::evaluators
