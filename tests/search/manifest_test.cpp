#include <catch2/catch.hpp>

#include "tests/support/manifests.hpp"

namespace quarry::search {
namespace {

using test::small_manifest;

std::string mistakes(const std::string& manifest) {
  FieldErrors errors;
  const bool loaded = load_manifest(manifest, errors).has_value();
  CHECK(loaded == errors.empty());
  return test::transcript(errors);
}

TEST_CASE("a sound manifest loads with its genes, activity and baselines") {
  FieldErrors errors;
  const auto supernet = load_manifest(small_manifest(), errors);
  REQUIRE(test::transcript(errors) == "");
  CHECK(supernet->space.size() == 4);
  CHECK(supernet->space.genes()[2].name == "heads[1]");
  CHECK(supernet->space.canonical({0, 1, 1, 1}) == Genome{0, 1, 0, 1});
  CHECK(supernet->baselines.front().genome == Genome{0, 0, 0, 0});
  CHECK(supernet->latency_batch == 1);
}

TEST_CASE("a syntax error is told with its line") {
  CHECK(mistakes("{\n  \"name\": ,\n}") == " not valid JSON: syntax error at line 2, column 11\n");
}

TEST_CASE("a number too large for any computer is a mistake, not a crash") {
  CHECK(mistakes("{\"name\": 1e999999}") ==
        " not usable JSON: a number in it is too large for any computer\n");
}

TEST_CASE("all mistakes are told at once, each with its pointer") {
  const std::string text =
      R"({"quarry_manifest": 2, "name": "Bad Name", "input": {"shape": [0]}, "parameters": [], "network": [], "wieghts": "x"})";
  CHECK(mistakes(text) ==
        "/quarry_manifest must be a whole number between 1 and 1, got 2\n"
        "/name must be 1 to 64 characters of a-z, 0-9, '_', '.' and '-', the first no '.'\n"
        "/input/shape/0 must be a whole number between 1 and 65536\n"
        "/parameters must describe at least one gene\n"
        "/wieghts is not a field here (did you mean \"weights\"?); the fields are baselines, "
        "input, latency, metrics, name, network, "
        "parameters, quarry_manifest, summary, validation or weights\n");
}

TEST_CASE("a name that would be another folder is refused") {
  for (const char* name : {".", "..", ".hidden"}) {
    CHECK(mistakes(small_manifest(R"("name": "small")", "\"name\": \"" + std::string(name) + "\""))
              .starts_with("/name must be 1 to 64 characters"));
  }
}

TEST_CASE("an unknown block kind is told with the nearest one") {
  const std::string text = mistakes(small_manifest("transformer_encoder", "transformer_encodr"));
  CHECK(
      text.starts_with("/network/1/block \"transformer_encodr\" is not a block kind (did you mean "
                       "\"transformer_encoder\"?); the kinds are patch_embedding, "));
}

TEST_CASE("a reference to a gene that is not there is told with the nearest one") {
  CHECK(
      mistakes(small_manifest(R"({"gene": "heads"})", R"({"gene": "haeds"})")) ==
      "/network/1/parameters/heads/gene \"haeds\" is not a parameter (did you mean \"heads\"?)\n");
}

TEST_CASE("a list must have a member for every repetition") {
  CHECK(mistakes(small_manifest(R"("choices": [1, 2]},)", R"("choices": [1, 2, 3]},)")) ==
        "/network/1/parameters/heads/gene \"heads\" has 2 members but the block is repeated up to "
        "3 times\n");
}

TEST_CASE("a gene's choice that the block cannot take is told") {
  CHECK(mistakes(small_manifest(R"(["f32", "int8"])", R"(["f32", "int7"])")) ==
        "/network/1/parameters/fc1_precision a choice of gene precision must be f32, bf16, int8 or "
        "int8_w4, got \"int7\" "
        "(did you mean \"int8\"?)\n");
}

TEST_CASE("blocks whose shapes do not fit are told where they meet") {
  CHECK(mistakes(small_manifest(R"("patch": 4)", R"("patch": 3)")) ==
        "/network/0 block patch_embedding patch 3 does not divide the image 8 x 8\n");
}

TEST_CASE("a middle choice whose shape does not fit is found too") {
  const std::string text = small_manifest(
      R"({"name": "precision", "choices": ["f32", "int8"]})",
      R"({"name": "precision", "choices": ["f32"]}, {"name": "p", "choices": [2, 3, 4]})");
  const std::string bound = R"("patch": {"gene": "p"})";
  std::string manifest = text;
  manifest.replace(manifest.find(R"("patch": 4)"), 10, bound);
  CHECK(mistakes(manifest).find("patch 3 does not divide the image 8 x 8") != std::string::npos);
}

TEST_CASE("a baseline outside the space is told by its fields") {
  CHECK(mistakes(small_manifest(R"("config": {"depth": 1, "heads": 1, "precision": "f32"})",
                                R"("config": {"depth": 7, "heads": [1], "precison": "f32"})")) ==
        "/baselines/0/config/depth must be 1 or 2, got 7\n"
        "/baselines/0/config/heads must have 2 values (or be a single one for all), got 1\n"
        "/baselines/0/config/precision is missing\n"
        "/baselines/0/config/precison is not a field here (did you mean \"precision\"?); the "
        "fields are depth, heads or "
        "precision\n");
}

TEST_CASE("a parameter that depends on itself or on a list is refused") {
  CHECK(mistakes(small_manifest(R"("active_below": "depth")", R"("active_below": "heads")")) ==
        "/parameters/1/active_below \"heads\" must be a single parameter with whole numbers as "
        "choices\n");
}

}  // namespace
}  // namespace quarry::search
