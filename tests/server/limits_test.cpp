// What no request may exceed, so that none can take the machine. Sizes of heads and bodies, slow
// senders and connections are in http_server_test.cpp, rates in gateway_test.cpp.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/api_fixture.hpp"
#include "tests/support/manifests.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;
using test::ApiFixture;

std::string nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']');
}

// The first mistake of the last answer, with its pointer.
std::string mistake(const json& answer) {
  const json& first = answer["errors"].at(0);
  return first["pointer"].get<std::string>() + " " + first["detail"].get<std::string>();
}

TEST_CASE("JSON deeper than 64 levels or with a number too large for a computer is not read") {
  ApiFixture api;
  CHECK(mistake(api.call("POST", "/v1/studies", nested(65))) ==
        " not usable JSON: it nests deeper than 64 levels");
  CHECK(api.status() == 400);
  CHECK(mistake(api.call("POST", "/v1/studies", nested(2000000))) ==
        " not usable JSON: it nests deeper than 64 levels");
  CHECK(mistake(api.call("POST", "/v1/studies", nested(64))).find("must be an object") !=
        std::string::npos);
  CHECK(api.status() == 422);
  CHECK(mistake(api.call("POST", "/v1/studies", "{\"seed\": 1e999}")) ==
        " not usable JSON: a number in it is too large for any computer");
  CHECK(api.status() == 400);
}

TEST_CASE("a body is taken up to its route's limit: 8 MiB, more where there is reason to") {
  ApiFixture api;
  const auto mebibytes = [&](const char* method, const char* path) {
    return api.router().limits(method, path).max_body_bytes >> 20;
  };
  CHECK(mebibytes("POST", "/v1/studies") == 8);
  CHECK(mebibytes("POST", "/v1/supernets") == 8);
  CHECK(mebibytes("POST", "/v1/studies/st_1:tell") == 8);
  CHECK(mebibytes("POST", "/nowhere") == 8);
  CHECK(mebibytes("POST", "/v1/predictors") == 64);
  CHECK(mebibytes("POST", "/v1/imports") == 256);
}

TEST_CASE("a manifest has bounded genes, blocks and operators") {
  ApiFixture api;
  const auto refusal = [&](const char* replace, const std::string& with) {
    const std::string text =
        mistake(api.call("POST", "/v1/supernets", test::small_manifest(replace, with)));
    CHECK(api.status() == 422);
    return text;
  };
  CHECK_THAT(refusal("\"count\": 2", "\"count\": 4097"),
             Catch::Contains("/parameters/1/count must be a whole number between 1 and 4096"));
  std::string many = "[";
  for (int i = 0; i < 300; ++i) many += std::to_string(i) + ",";
  CHECK_THAT(refusal("[1, 2]", many + "300]"), Catch::Contains("/parameters/0/choices"));
  std::string blocks;
  for (int i = 0; i < 1100; ++i) blocks += "{},";
  CHECK_THAT(refusal("{\"block\": \"patch_embedding\"", blocks + "{\"block\": \"patch_embedding\""),
             Catch::Contains("/network must have 1 to 1024 blocks"));
  CHECK_THAT(refusal("\"repeat\": \"depth\"", "\"repeat\": 1000000000"),
             Catch::Contains("/network/1/repeat"));
}

TEST_CASE("a genome has as many genes as its supernet, however many are sent") {
  ApiFixture api;
  const json answer = api.call("POST", "/v1/supernets/fashion_vit:describe",
                               {{"genome", std::vector<int>(1000000, 0)}});
  CHECK(api.status() == 422);
  CHECK_THAT(mistake(answer), Catch::Contains("/genome"));
  CHECK(api.last().body.size() < 2000);
  const json config = {{"config", {{"depth", std::vector<int>(1000000, 1)}}}};
  api.call("POST", "/v1/supernets/fashion_vit:describe", config);
  CHECK(api.status() == 422);
  CHECK(api.last().body.size() < 200000);
}

TEST_CASE("of very many mistakes the first thousand are told") {
  ApiFixture api;
  json study = ApiFixture::kStudy;
  for (int i = 0; i < 3000; ++i) study["x" + std::to_string(i)] = 1;
  const json answer = api.call("POST", "/v1/studies", study);
  CHECK(api.status() == 422);
  CHECK(answer["errors"].size() == 1000);
  CHECK(answer["detail"] == "the study has 3000 mistakes");
}

TEST_CASE("a worker's claim and a study's objectives, tags and notes are bounded") {
  ApiFixture api;
  const json claim = {{"worker", "w"}, {"tags", std::vector<std::string>(65, "gpu")}};
  CHECK(mistake(api.call("POST", "/v1/tasks:claim", claim)) ==
        "/tags must be at most 64 words, got 65");
  CHECK(mistake(api.call("POST", "/v1/tasks:claim", {{"worker", std::string(201, 'w')}})) ==
        "/worker must be at most 200 bytes");
  json study = ApiFixture::kStudy;
  study["objectives"] = json::array();
  for (int i = 0; i < 9; ++i) study["objectives"].push_back({{"metric", "accuracy"}});
  CHECK_THAT(mistake(api.call("POST", "/v1/studies", study)),
             Catch::Contains("/objectives must have 1 to 8 objectives"));
  study = ApiFixture::kStudy;
  study["notes"] = std::string(65537, 'n');
  CHECK_THAT(mistake(api.call("POST", "/v1/studies", study)), Catch::Contains("/notes"));
  study = ApiFixture::kStudy;
  study["tags"] = std::vector<std::string>(33, "t");
  CHECK_THAT(mistake(api.call("POST", "/v1/studies", study)), Catch::Contains("/tags"));
}

}  // namespace
}  // namespace quarry::server
