// The embedded supernet as a user meets it: its logits are PyTorch's, and INT8 costs what it
// claims.
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "evaluators/classification.hpp"
#include "evaluators/evaluator.hpp"
#include "evaluators/sensitivity.hpp"
#include "search/supernets/config.hpp"

namespace quarry::evaluators {
namespace {

using nlohmann::json;

const SupernetLibrary& library() {
  static const SupernetLibrary kLibrary = SupernetLibrary::builtin();
  return kLibrary;
}

const LoadedSupernet& fashion_vit() { return *library().find("fashion_vit"); }

const search::Genome& baseline(const std::string& name) {
  for (const search::Baseline& candidate : fashion_vit().supernet().baselines) {
    if (candidate.name == name) return candidate.genome;
  }
  throw std::runtime_error("no baseline " + name);
}

double accuracy_of(const search::Genome& genome, std::int64_t images) {
  NetworkPool pool;
  const EvaluatorEntry* entry = find_evaluator("validation");
  OptionValues options = OptionValues::defaults(entry->options);
  options.set("images", images);
  const auto evaluator = entry->make({fashion_vit(), pool}, options);
  const Evaluation evaluation = evaluator->evaluate(std::span(&genome, 1), {}).front();
  REQUIRE(evaluation.failure == "");
  return evaluation.metrics.at("accuracy").value;
}

TEST_CASE("f32 logits of five sub-networks are PyTorch's to a thousandth") {
  // Written by search/supernets/fashion_vit/train.py with the weights that are shipped.
  std::ifstream file(std::string(QUARRY_SOURCE_DIR) + "/tests/golden/fashion_vit_logits.json");
  const json golden = json::parse(file);
  REQUIRE(golden["networks"].size() == 5);
  for (const json& network : golden["networks"]) {
    json config = network["config"];
    config["ffn_width"] = config["ffn"];
    config.erase("ffn");
    for (const search::Parameter& parameter : fashion_vit().supernet().space.parameters()) {
      if (!config.contains(parameter.name)) config[parameter.name] = "f32";
    }
    search::FieldErrors errors;
    const auto genome =
        search::config_from_json(fashion_vit().supernet().space, config, "", errors);
    REQUIRE(errors.empty());
    CompileResult compiled = compile(fashion_vit().supernet().network(*genome),
                                     *fashion_vit().weights(), {}, {.batch = 4});
    REQUIRE(compiled.failure == "");
    const Logits logits = compute_logits(*compiled.network, fashion_vit().dataset().test, 4, {});
    for (std::size_t image = 0; image < 4; ++image) {
      for (std::size_t c = 0; c < 10; ++c) {
        CHECK(logits.values[image * 10 + c] ==
              Approx(network["logits"][image][c].get<double>()).margin(1e-3));
      }
    }
  }
}

TEST_CASE("fully INT8, the largest network keeps its accuracy within a point and a half") {
  const double f32 = accuracy_of(baseline("largest f32"), 1000);
  CHECK(f32 > 0.88);
  CHECK(std::abs(f32 - accuracy_of(baseline("largest int8"), 1000)) < 0.015);
}

TEST_CASE("accuracy is the same however often it is measured") {
  CHECK(accuracy_of(baseline("smallest int8"), 500) == accuracy_of(baseline("smallest int8"), 500));
}

TEST_CASE("sensitivity finds four-bit weights worse than eight and says so per operator") {
  const SensitivityTable table = measure_sensitivity(fashion_vit(), baseline("smallest int8"), 200,
                                                     [](std::size_t, std::size_t) {});
  REQUIRE(table.failure == "");
  CHECK(table.rows.size() == 6 * table.precisions.size());
  double int8 = 0;
  double int4 = 0;
  for (const SensitivityRow& row : table.rows) {
    CHECK(row.kl >= 0);
    CHECK(row.bytes_saved > 0);
    if (row.precision == search::Precision::kInt8) int8 += row.kl;
    if (row.precision == search::Precision::kInt8Weights4) int4 += row.kl;
  }
  CHECK(int4 > 2 * int8);
}

}  // namespace
}  // namespace quarry::evaluators
