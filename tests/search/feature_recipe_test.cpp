#include "search/supernets/feature_recipe.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/manifests.hpp"

namespace quarry::search {
namespace {

// depth {1, 2}, heads[0], heads[1] {1, 2}, precision of each layer's fc1 {f32, int8}.
Supernet small(std::string_view replace = "", std::string_view with = "") {
  return test::load(test::small_manifest(replace, with));
}

std::string refusal_of(std::string_view replace, std::string_view with) {
  return feature_recipe(small()).refusal(small(replace, with)).value_or("none");
}

TEST_CASE("a recipe without derived features gives the genes' levels and hides the dead ones") {
  const Supernet supernet = small();
  const FeatureRecipe recipe = feature_recipe(supernet);
  using predictors::ColumnKind;
  CHECK(recipe.columns() == predictors::Columns{{ColumnKind::kOrdinal, 2},
                                                {ColumnKind::kOrdinal, 2},
                                                {ColumnKind::kOrdinal, 2},
                                                {ColumnKind::kCategorical, 2}});
  const std::vector<Genome> genomes = {{0, 1, 0, 1}, {1, 0, 1, 0}};
  const predictors::Matrix rows = recipe.rows(supernet, genomes);
  CHECK(rows.rows == 2);
  CHECK(rows.values == std::vector<double>{0, 1, predictors::kAbsent, 1, 1, 0, 1, 0});
}

TEST_CASE("derived columns stand behind the genes, those of stages once for each") {
  const FeatureRecipe recipe = feature_recipe(small(), {"stage_depth", "macs"});
  CHECK(recipe.column_names() ==
        std::vector<std::string>{"depth", "heads[0]", "heads[1]", "precision", "stage_depth[patch]",
                                 "stage_depth[layer0]", "stage_depth[head]", "macs"});
  CHECK(recipe.columns().size() == 8);
  CHECK(recipe.columns()[7].kind == predictors::ColumnKind::kNumber);
}

TEST_CASE("derived numbers of a small network are those that its shape dictates") {
  const Supernet supernet = small();
  const FeatureRecipe recipe =
      feature_recipe(supernet, {"stage_depth", "stage_macs", "stage_int8_macs", "macs", "params"});
  const std::vector<Genome> genomes = {{1, 0, 1, 1}};  // two layers, one and two heads, fc1 int8
  const predictors::Matrix rows = recipe.rows(supernet, genomes);
  const std::vector<double> derived(rows.values.begin() + 4, rows.values.end());
  // Four patches of 16 numbers to 8. A layer of a = 4 * heads: four projections, scores and
  // context, fc1 and fc2 of 16.
  const double patch = 4 * 16 * 8;
  const double layers =
      (4.0 * 4 * 8 * 4 + 2 * 4 * 4 * 4) + (4.0 * 4 * 8 * 8 + 2 * 4 * 4 * 8) + 2.0 * 4 * 2 * 8 * 16;
  const double head = 8 * 3;
  const double fc1 = 2.0 * 4 * 8 * 16;
  CHECK(std::vector<double>(derived.begin(), derived.begin() + 9) ==
        std::vector<double>{1, 2, 1, patch, layers, head, 0, fc1, 0});
  CHECK(derived[9] == patch + layers + head);
  CHECK(derived[10] == static_cast<double>(cost_of(supernet.network(genomes[0])).params));
}

TEST_CASE("what a network's precisions cost is told by size, share and conversions") {
  const Supernet supernet = small();
  const FeatureRecipe recipe =
      feature_recipe(supernet, {"int8_share", "precision_changes", "operators", "model_size_bytes",
                                "peak_activation_bytes"});
  const std::vector<Genome> genomes = {{0, 0, 0, 0}, {0, 0, 0, 1}};  // one layer, fc1 f32 or int8
  const predictors::Matrix rows = recipe.rows(supernet, genomes);
  const std::span<const double> f32 = rows.row(0);
  const std::span<const double> int8 = rows.row(1);
  CHECK(f32[4] == 0.0);
  // Of the products with weights: 16 * 8 * 4 of the patches, 4 * 4 * 8 * 4 of the attention, 2 * 4
  // * 8 * 16 of the feed-forward and 24 of the head, fc1 is one half of the feed-forward.
  CHECK(int8[4] == Approx(512.0 / (512 + 512 + 1024 + 24)));
  CHECK(f32[5] == 0.0);
  CHECK(int8[5] == 2.0);  // into fc1 and out of it
  CHECK(int8[6] == f32[6]);
  // 8 * 16 weights shrink by 3 bytes each; 16 scales, and scale and zero point of the input.
  CHECK(f32[7] - int8[7] == 3 * 128 - (16 * 4 + 8));
  CHECK(f32[8] == static_cast<double>(peak_activation_bytes(supernet.network(genomes[0]))));
}

TEST_CASE("a recipe fits the supernet that it was made for, and its stored form does too") {
  const Supernet supernet = small();
  const FeatureRecipe recipe = feature_recipe(supernet, {"stage_macs", "int8_share"});
  CHECK_FALSE(recipe.refusal(supernet).has_value());
  FieldErrors errors;
  const auto stored = nlohmann::json::parse(to_json(recipe).dump());
  const auto read = feature_recipe_from_json(stored, "", errors);
  CHECK(test::transcript(errors) == "");
  REQUIRE(read.has_value());
  CHECK_FALSE(read->refusal(supernet).has_value());
  CHECK(read->column_names() == recipe.column_names());
  const std::vector<Genome> genomes = {{1, 0, 1, 1}};
  CHECK(read->rows(supernet, genomes) == recipe.rows(supernet, genomes));
}

TEST_CASE("aliases and conditions of a large space survive being stored") {
  const Supernet supernet = test::builtin_supernet("inc_quantization_ofa_resnet50");
  FieldErrors errors;
  const auto read = feature_recipe_from_json(to_json(feature_recipe(supernet)), "", errors);
  REQUIRE(read.has_value());
  CHECK(read->genes.size() == 151);
  CHECK(read->refusal(supernet).value_or("none") == "none");
}

TEST_CASE("a recipe refuses a supernet whose genes mean something else, and names the gene") {
  CHECK(refusal_of("\"name\": \"depth\"", "\"name\": \"depth\"") == "none");
  CHECK(refusal_of("\"choices\": [\"f32\", \"int8\"]", "\"choices\": [\"int8\", \"f32\"]") ==
        "the gene precision has the choices \"int8\", \"f32\", the recipe \"f32\", \"int8\", in "
        "this order");
  CHECK(refusal_of("\"kind\": \"ordinal\", \"count\": 2",
                   "\"kind\": \"categorical\", \"count\": 2") ==
        "the gene heads[0] is categorical, in the recipe ordinal");
  CHECK(refusal_of(", \"active_below\": \"depth\"", "") ==
        "the gene heads[1] is alive under another condition");
}

TEST_CASE("a recipe refuses a supernet with more genes, wherever the others then stand") {
  const auto refusal_with = [](std::string_view replace, std::string_view with) {
    std::string manifest = test::small_manifest(replace, with);
    const std::string_view last = "\"precision\": \"f32\"}";  // of the baseline
    manifest.replace(manifest.find(last), last.size(), "\"precision\": \"f32\", \"more\": 1}");
    return feature_recipe(small()).refusal(test::load(manifest)).value_or("none");
  };
  CHECK(refusal_with("\"parameters\": [\n",
                     "\"parameters\": [{\"name\": \"more\", \"choices\": [1, 2]},\n") ==
        "the gene depth is number 1, in the recipe number 0");
  CHECK(refusal_with("\"int8\"]}\n", "\"int8\"]}, {\"name\": \"more\", \"choices\": [1, 2]}\n") ==
        "the gene more is not in the recipe");
}

TEST_CASE("a recipe refuses a supernet without one of its genes") {
  const FeatureRecipe recipe = feature_recipe(test::builtin_supernet("bert_base_sst2"));
  CHECK(recipe.refusal(small()).value_or("none") == "the gene num_layers[0] is missing");
}

TEST_CASE("a recipe with numbers of stages refuses other stages") {
  const FeatureRecipe recipe = feature_recipe(small(), {"stage_macs"});
  const Supernet other = small("\"name\": \"head\"", "\"name\": \"end\"");
  CHECK(recipe.refusal(other).value_or("none") ==
        "the stages of its network are not those of the recipe");
  CHECK_FALSE(feature_recipe(small()).refusal(other).has_value());
}

TEST_CASE("every mistake of a stored recipe is named with its pointer") {
  FieldErrors errors;
  const auto given = nlohmann::json::parse(
      R"({"genes": [{"name": 3, "kind": "odd", "choices": [null]}], "derived": ["mac", 1], "more": 0})");
  CHECK_FALSE(feature_recipe_from_json(given, "/recipe", errors).has_value());
  std::vector<std::string> pointers;
  for (const FieldError& error : errors) pointers.push_back(error.pointer);
  CHECK(pointers == std::vector<std::string>{"/recipe/genes/0/name", "/recipe/genes/0/kind",
                                             "/recipe/genes/0/choices/0", "/recipe/derived/1",
                                             "/recipe/derived/0", "/recipe/more"});
}

TEST_CASE("a derived feature that is unknown or given twice is a mistake") {
  FieldErrors errors;
  check_derived(std::vector<std::string>{"macs", "mac", "macs"}, "/derived", errors);
  REQUIRE(errors.size() == 2);
  CHECK(errors[0].pointer == "/derived/1");
  CHECK(errors[0].detail.ends_with(", got mac (did you mean \"macs\"?)"));
  CHECK(errors[1].pointer == "/derived/2");
}

}  // namespace
}  // namespace quarry::search
