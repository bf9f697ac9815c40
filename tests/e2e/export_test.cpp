// A chosen trial taken away with the true command, and measured again as its card says.
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/quarry_process.hpp"
#include "tests/support/server.hpp"
#include "tests/support/shell.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;
using test::quarry;

std::string submitted(const test::ServerProcess& server, const std::string& folder,
                      const json& study) {
  const std::string file = folder + "/study.json";
  std::ofstream(file) << study;
  const test::CommandResult result = quarry({"submit", file, "--watch", "--url", server.url()});
  INFO(result.err);
  REQUIRE(result.code == 0);
  return result.out.substr(0, result.out.find('\n'));
}

// What a shell makes of the line.
std::string shell(const std::string& line, const std::string& url) {
  const test::CommandResult result =
      test::in_shell("sh", "export QUARRY_URL='" + url + "'\n" + line + "\n");
  INFO(result.err);
  CHECK(result.code == 0);
  return result.out;
}

TEST_CASE("a trial is exported to stdout or a file, and its card's command measures it again") {
  const test::TemporaryFolder folder;
  const test::ServerProcess server(folder.path());
  const std::string id = submitted(
      server, folder.path(),
      {{"supernet", "fashion_vit"},
       {"objectives", {{{"metric", "macs"}}, {{"metric", "latency_ms"}}}},
       {"metrics", {{"latency_ms", {{"batch", 2}, {"max_seconds", 0.01}, {"priority", "normal"}}}}},
       {"budget", {{"trials", 3}}}});
  const auto exported = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"export", id});
    words.insert(words.end(), {"--url", server.url()});
    return quarry(words);
  };
  const test::CommandResult plain = exported({"0"});
  INFO(plain.err);
  REQUIRE(plain.code == 0);
  const json config = json::parse(plain.out);
  CHECK(config["depth"] == 6);
  const std::string file = folder.path() + "/card.json";
  CHECK(exported({"0", "--format", "card", "-o", file}).out.empty());
  std::ifstream stream(file);
  const json card = json::parse(stream);
  CHECK(card["config"] == config);

  const std::string command = card["reproduce"];
  CHECK(command.find(" --batch 2 ") != std::string::npos);
  const json again = json::parse(shell(command + " --json", server.url()));
  CHECK(again["config"] == config);
  CHECK(again["batch"] == 2);
  CHECK(again["metrics"]["macs"]["value"] == card["metrics"]["macs"]["value"]);
  CHECK(again["metrics"]["latency_ms"]["value"].get<double>() > 0.0);

  const test::CommandResult none = exported({"99"});
  CHECK(none.code == 4);
  CHECK(none.err == "quarry: study " + id + " has no trial 99\n");
  CHECK(exported({"0", "--format", "onnx"}).code == 2);
}

TEST_CASE("a network of a user's own supernet is measured again by its manifest") {
  const test::TemporaryFolder folder;
  const test::ServerProcess server(folder.path());
  std::ifstream source(std::string(QUARRY_SOURCE_DIR) + "/search/supernets/ncf/manifest.json");
  json manifest = json::parse(source);
  manifest["name"] = "own";
  std::ofstream(folder.path() + "/own.json") << manifest;
  REQUIRE(quarry({"supernets", "add", folder.path() + "/own.json", "--url", server.url()}).code ==
          0);
  const std::string id = submitted(server, folder.path(),
                                   {{"supernet", "own"},
                                    {"objectives", {{{"metric", "macs"}}, {{"metric", "params"}}}},
                                    {"budget", {{"trials", 2}}}});
  const json card =
      json::parse(quarry({"export", id, "1", "--format", "card", "--url", server.url()}).out);
  const std::string command = card["reproduce"];
  const json again = json::parse(shell(
      "cd '" + folder.path() + "' && " + command + " --max-seconds 0.01 --priority normal --json",
      server.url()));
  CHECK(again["metrics"]["macs"]["value"] == card["metrics"]["macs"]["value"]);
}

}  // namespace
}  // namespace quarry::server
