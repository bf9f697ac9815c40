// A predictor's whole life with the true binary: trained on what a study measured, looked at, asked
// by a command and by a study, carried to another server, and gone.
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "server/http/client.hpp"
#include "tests/support/follow.hpp"
#include "tests/support/quarry_process.hpp"
#include "tests/support/server.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

std::string written(const test::TemporaryFolder& folder, const std::string& name,
                    const std::string& text) {
  const std::string path = folder.path() + "/" + name;
  std::ofstream(path) << text;
  return path;
}

// What a command prints; it must succeed.
std::string run(const test::ServerProcess& server, std::vector<std::string> words) {
  words.insert(words.end(), {"--url", server.url()});
  const test::CommandResult result = test::quarry(words);
  INFO(result.err);
  REQUIRE(result.code == 0);
  return result.out;
}

bool holds(const std::string& text, const std::string& part) {
  INFO(text);
  CHECK(text.find(part) != std::string::npos);
  return text.find(part) != std::string::npos;
}

TEST_CASE("a predictor outlives its study and its server, and serves another") {
  const test::TemporaryFolder folder;
  const json study = {{"supernet", "fashion_vit"},
                      {"objectives", {{{"metric", "accuracy"}}, {{"metric", "macs"}}}},
                      {"metrics", {{"accuracy", {{"images", 100}}}}},
                      {"algorithm", {{"name", "random"}}},
                      {"budget", {{"trials", 30}}},
                      {"final_test", false}};
  std::string id;
  std::string front;
  std::string predicted;
  {
    test::ServerProcess server(folder.path());
    std::string measured = run(server, {"submit", written(folder, "study.json", study.dump())});
    measured.pop_back();
    REQUIRE(test::follow(server.url(), measured));
    const std::string report = run(server, {"predictors", "train", "--name", "vit", "--metric",
                                            "accuracy", "--study", measured});
    CHECK(report.starts_with("vit@1  pr_"));
    holds(report, "learned from 30 networks: 30 of " + measured + "\n");
    holds(report, "  Kendall tau  ");
    holds(report, "residuals (measured - predicted)\n");
    holds(report, "  predicted\n");
    front = written(folder, "front.json", run(server, {"front", measured, "--json"}));
    predicted = run(server, {"predictors", "predict", "vit", front});
    holds(predicted, "predicted by vit@1\n");
    server.end(SIGKILL);
  }
  std::string file;
  {
    test::ServerProcess server(folder.path());
    CHECK(run(server, {"predictors", "predict", "vit", front}) == predicted);
    holds(run(server, {"predictors", "list"}), "vit@1 ");
    id = json::parse(run(server, {"predictors", "show", "vit", "--json"}))["id"];
    file = folder.path() + "/vit.json";
    run(server, {"predictors", "export", "vit", "--output", file});
    CHECK(run(server, {"predictors", "delete", "vit"}) == "vit@1 " + id + "\n");
    server.end(SIGTERM);
  }
  const test::TemporaryFolder elsewhere;
  test::ServerProcess server(elsewhere.path());
  CHECK(run(server, {"predictors", "import", file}) == "vit@1 " + id + "\n");
  CHECK(run(server, {"predictors", "predict", "vit@1", front}) == predicted);

  json asking = study;
  asking["metrics"]["accuracy"] = {{"evaluator", "predictor"}, {"predictor", "vit"}};
  std::string asked = run(server, {"submit", written(folder, "asking.json", asking.dump())});
  asked.pop_back();
  REQUIRE(test::follow(server.url(), asked));
  const json trials = json::parse(
      HttpClient(server.url()).request("GET", "/v1/studies/" + asked + "/trials").body)["items"];
  CHECK(trials.size() == 30);
  CHECK(trials[0]["metrics"]["accuracy"]["source"] == "predicted");

  const test::CommandResult refused = test::quarry(
      {"predictors", "train", "--name", "x", "--metric", "speed", "--url", server.url()});
  CHECK(refused.code == 1);
  holds(refused.err, "/metric: unknown metric \"speed\"");
  holds(refused.err, "/supernet: is missing");
}

}  // namespace
}  // namespace quarry::server
