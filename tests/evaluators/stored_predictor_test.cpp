#include "evaluators/stored_predictor.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/support/trained_predictor.hpp"

namespace quarry::evaluators {
namespace {

using nlohmann::json;

std::vector<search::Genome> networks() {
  std::vector<search::Genome> genomes;
  for (const MeasuredRow& row : test::small_rows()) genomes.push_back(row.genome);
  return genomes;
}

// The mistakes of a document that is not taken.
std::string mistakes(const json& document) {
  search::FieldErrors errors;
  CHECK_FALSE(stored_predictor_from_json(document, errors).has_value());
  return test::transcript(errors);
}

TEST_CASE("every model predicts the same to the last bit when it is read back from its text") {
  for (const predictors::PredictorEntry& entry : predictors::predictor_registry()) {
    INFO(entry.name);
    const StoredPredictor trained = test::small_predictor(entry.name);
    search::FieldErrors errors;
    const std::string text = to_json(trained).dump();
    const auto read = stored_predictor_from_json(json::parse(text), errors);
    INFO(test::transcript(errors));
    REQUIRE(read.has_value());
    const search::Supernet& supernet = test::small_supernet().supernet();
    CHECK(read->predict(supernet, networks()) == trained.predict(supernet, networks()));
    CHECK(to_json(*read).dump() == text);
  }
}

TEST_CASE("a trained predictor knows each network's value to within its interval") {
  const StoredPredictor trained = test::small_predictor();
  const auto rows = test::small_rows();
  const auto guesses = trained.predict(test::small_supernet().supernet(), networks());
  REQUIRE(guesses.size() == rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i)
    CHECK(std::abs(guesses[i].mean - rows[i].value) < 0.05);
  CHECK(trained.quality.parity.size() == rows.size());
  CHECK(trained.quality.folds == 5);
  CHECK(trained.training.rows == 12);
  CHECK(trained.training.hash.size() == 16);
}

TEST_CASE("evaluating on the very rows says how well they are remembered") {
  const StoredPredictor trained = test::small_predictor();
  const PredictorQuality quality =
      evaluate_predictor(trained, test::small_supernet().supernet(), test::small_rows());
  CHECK(quality.folds == 0);
  CHECK(quality.rmse < trained.quality.rmse);
  CHECK(quality.kendall_tau > 0.9);
}

TEST_CASE("other rows have another hash, the same ones the same") {
  const StoredPredictor once = test::small_predictor("ridge");
  CHECK(test::small_predictor("ridge").training.hash == once.training.hash);
  auto rows = test::small_rows();
  rows[3].value += 1e-12;
  const auto* ridge = predictors::find_predictor("ridge");
  const StoredPredictor other = train_predictor(
      test::small_supernet(),
      {.metric = "latency_ms", .model = ridge, .options = OptionValues::defaults(ridge->options)},
      rows);
  CHECK(other.training.hash != once.training.hash);
}

TEST_CASE("a predictor refuses another supernet and a version of its own with other genes") {
  const StoredPredictor trained = test::small_predictor();
  CHECK_FALSE(trained.refusal(test::small_supernet().supernet()).has_value());
  const auto other = test::load(test::small_manifest(R"("name": "small",)", R"("name": "other",)"));
  CHECK(*trained.refusal(other) ==
        "predictor small-latency@1 learned from networks of small, not of other");
  const auto wider = test::load(test::small_manifest(R"("count": 2, "choices": [1, 2])",
                                                     R"("count": 2, "choices": [1, 2, 4])"));
  const std::string why = *trained.refusal(wider);
  CHECK(why.find("does not fit this version of small: ") != std::string::npos);
  CHECK(why.find("heads[0]") != std::string::npos);
}

TEST_CASE("a newer format is refused before its fields are judged") {
  json document = to_json(test::small_predictor());
  document["quarry_predictor"] = 2;
  document["something"] = "new";
  CHECK(mistakes(document) ==
        "/quarry_predictor was written by a newer Quarry (format 2, this one reads 1); use that "
        "version\n");
  CHECK(mistakes(json::object()) == "/quarry_predictor is missing\n");
  CHECK(mistakes(json::array()).find("must be an object") != std::string::npos);
}

TEST_CASE("a damaged document is refused with every place") {
  json document = to_json(test::small_predictor());
  document["version"] = 0;
  document["calibration"]["scale"] = -1;
  document["quality"]["parity"][2]["genome"] = {0, 1};
  document.erase("metric");
  const std::string text = mistakes(document);
  for (const char* pointer : {"/version must be", "/calibration/scale must be",
                              "/quality/parity/2/genome must have", "/metric is missing"}) {
    INFO(text);
    CHECK(text.find(pointer) != std::string::npos);
  }
}

TEST_CASE("a state that is not the model's is refused, whatever was done to it") {
  const json whole = to_json(test::small_predictor());
  json document = whole;
  document["state"]["kind"] = "ridge";
  CHECK(mistakes(document).starts_with("/state "));
  document = whole;
  document["state"]["numbers"].begin().value().push_back(1.0);
  CHECK(mistakes(document).starts_with("/state "));
  document = whole;
  document["state"]["numbers"].begin().value() = {"x"};
  CHECK(mistakes(document).find("must be a number, got a string") != std::string::npos);
  document = whole;
  document["model"]["name"] = "oracle";
  CHECK(mistakes(document).starts_with("/model/name must be a model that this Quarry knows"));
}

}  // namespace
}  // namespace quarry::evaluators
