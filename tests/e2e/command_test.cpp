// The quarry command as a script uses it: output, exit codes, errors that say what to do.
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/quarry_process.hpp"
#include "tests/support/server.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;
using test::quarry;

const json kStudy = {
    {"supernet", "fashion_vit"},
    {"objectives", {{{"metric", "accuracy"}}, {{"metric", "latency_ms"}}}},
    {"metrics",
     {{"accuracy", {{"images", 100}}}, {"latency_ms", {{"batch", 1}, {"max_seconds", 0.01}}}}},
    {"algorithm", {{"name", "random"}}},
    {"budget", {{"trials", 8}}},
    {"final_test", false}};

TEST_CASE("submit, watch and front work together from a shell") {
  const test::TemporaryFolder folder;
  test::ServerProcess server(folder.path());
  const std::string file = folder.path() + "/study.json";
  std::ofstream(file) << kStudy;

  const test::CommandResult submitted = quarry({"submit", file, "--url", server.url()});
  REQUIRE(submitted.code == 0);
  const std::string id = submitted.out.substr(0, submitted.out.size() - 1);
  CHECK(id.starts_with("st_"));

  const test::CommandResult watched = quarry({"watch", id, "--url", server.url()});
  CHECK(watched.code == 0);
  CHECK(watched.out.find("8/8 trials") != std::string::npos);
  CHECK(watched.out.find("search ended: trial budget spent") != std::string::npos);

  const test::CommandResult table = quarry({"front", id, "--url", server.url()});
  CHECK(table.code == 0);
  CHECK(table.out.find("largest int8") != std::string::npos);
  const json front = json::parse(quarry({"front", id, "--json", "--url", server.url()}).out);
  CHECK(front["items"].size() >= 1);
  CHECK(quarry({"front", id, "--csv", "--url", server.url()})
            .out.starts_with(
                "trial,accuracy,accuracy_spread,int8_share,int8_share_spread,latency_ms,"));
}

TEST_CASE("the times of operators are listed, of all supernets or of one") {
  const test::TemporaryFolder folder;
  test::ServerProcess server(folder.path());
  const test::CommandResult none = quarry({"operators", "--url", server.url()});
  CHECK(none.code == 0);
  CHECK(none.out == "no operator was timed yet: a study that measures latency does\n");
  CHECK(json::parse(quarry({"operators", "--json", "--url", server.url()}).out)["items"].empty());
  const test::CommandResult unknown =
      quarry({"operators", "--supernet", "fashion_vitt", "--url", server.url()});
  CHECK(unknown.code == 4);
  CHECK(unknown.err.find("did you mean") != std::string::npos);
}

TEST_CASE("a study can be made of flags alone and followed at once") {
  const test::TemporaryFolder folder;
  test::ServerProcess server(folder.path());
  const test::CommandResult result =
      quarry({"submit", "--supernet", "fashion_vit", "--objective", "macs", "--objective",
              "params:minimize", "--trials", "20", "--algorithm", "nsga2", "--seed", "7", "--name",
              "cheap", "--watch", "--url", server.url()});
  CHECK(result.code == 0);
  CHECK(result.out.find("20/20 trials") != std::string::npos);
}

TEST_CASE("a study is cloned, extended, given a network to measure, and deleted from a shell") {
  const test::TemporaryFolder folder;
  test::ServerProcess server(folder.path());
  const auto on_server = [&](std::vector<std::string> words) {
    words.insert(words.end(), {"--url", server.url()});
    return quarry(words);
  };
  const std::string first =
      on_server({"submit", "--supernet", "fashion_vit", "--objective", "macs", "--trials", "5",
                 "--algorithm", "random", "--name", "cheap", "--watch"})
          .out.substr(0, 29);
  const std::string copy =
      on_server({"clone", first, "--changes", R"({"seed": 7, "name": "again"})"}).out.substr(0, 29);
  CHECK(on_server({"watch", copy}).code == 0);
  CHECK(on_server({"list", "--name", "AGA", "--state", "completed"}).out ==
        copy + "  completed       5/5       again\n");
  const std::string config = folder.path() + "/config.json";
  std::ofstream(config) << "{";
  CHECK(on_server({"enqueue", copy, config}).code == 1);
  CHECK(on_server({"extend", copy, "--trials", "3"}).out == "queued\n");
  CHECK(on_server({"watch", copy}).out.find("8/8 trials") != std::string::npos);
  const test::CommandResult refused = on_server({"pause", copy});
  CHECK(refused.code == 1);
  CHECK(refused.err == "quarry: study " + copy +
                           " is completed: pause is not possible now, only extend, confirm, clone "
                           "or delete\n");
  CHECK(on_server({"delete", copy}).code == 0);
  CHECK(on_server({"list"}).out.starts_with(first));
  CHECK(on_server({"watch", copy}).code == 4);
}

TEST_CASE("every mistake of a study is printed where it stands, and the exit code is 1") {
  const test::TemporaryFolder folder;
  test::ServerProcess server(folder.path());
  const test::CommandResult result = quarry({"submit", "--supernet", "fashion_vit", "--objective",
                                             "latancy_ms", "--trials", "0", "--url", server.url()});
  CHECK(result.code == 1);
  CHECK(result.out == "");
  CHECK(result.err ==
        "quarry: the study has 2 mistakes\n"
        "  /objectives/0/metric: unknown metric \"latancy_ms\" (did you mean \"latency_ms\"?); "
        "known are accuracy, bleu, latency_ms, macs, params, model_size_bytes, "
        "peak_activation_bytes, operators or int8_share\n"
        "  /budget/trials: must be a whole number between 1 and 10000000, got 0\n");
}

TEST_CASE("an unreachable server, an unknown study and wrong usage are told apart") {
  const test::CommandResult unreachable = quarry({"watch", "st_1", "--url", "http://127.0.0.1:1"});
  CHECK(unreachable.code == 3);
  CHECK(unreachable.err.find("start one with 'quarry serve'") != std::string::npos);
  const test::TemporaryFolder folder;
  test::ServerProcess server(folder.path());
  CHECK(quarry({"front", "st_1", "--url", server.url()}).err == "quarry: there is no study st_1\n");
  CHECK(quarry({"submit", "--url", server.url()}).code == 2);
  CHECK(quarry({"dig"}).code == 2);
  CHECK(quarry({"serve", "--listen", "127.0.0.1:99999"}).code == 2);
  const test::CommandResult second =
      quarry({"serve", "--listen", "127.0.0.1:0", "--data", folder.path()});
  CHECK(second.code == 1);
  CHECK(second.err.find("another Quarry server uses the data folder") != std::string::npos);
  CHECK(quarry({"--help"}).code == 0);
}

TEST_CASE("tokens and backups are made beside a running server") {
  const test::TemporaryFolder folder;
  test::ServerProcess server(folder.path());
  const test::CommandResult token =
      quarry({"token", "create", "phone", "--scope", "worker", "--data", folder.path()});
  CHECK(token.code == 0);
  CHECK(token.out.starts_with("qt_"));
  const test::CommandResult listed = quarry({"token", "list", "--data", folder.path()});
  CHECK(listed.out.find("worker") != std::string::npos);
  CHECK(listed.out.find(token.out.substr(0, 40)) == std::string::npos);
  const std::string id = listed.out.substr(0, listed.out.find(' '));
  CHECK(quarry({"token", "revoke", id, "--data", folder.path()}).code == 0);
  CHECK(quarry({"token", "revoke", id, "--data", folder.path()}).code == 4);
  CHECK(quarry({"token", "create", "a", "--scope", "root", "--data", folder.path()}).code == 2);
  const std::string copy = folder.path() + "/copy.db";
  CHECK(quarry({"backup", copy, "--data", folder.path()}).code == 0);
  CHECK(quarry({"backup", copy, "--data", folder.path()}).code == 1);
}

TEST_CASE("the registries are read without a server, and a misspelt name is told") {
  const test::CommandResult all = quarry({"algorithms"});
  CHECK(all.code == 0);
  CHECK(all.out.starts_with("quarry (the default)\n"));
  CHECK(quarry({"algorithms", "nsga2"}).out.find("population  ") != std::string::npos);
  const test::CommandResult misspelt = quarry({"algorithms", "nsga3"});
  CHECK(misspelt.code == 4);
  CHECK(misspelt.out == "");
  CHECK(
      misspelt.err.starts_with("quarry algorithms: unknown algorithm \"nsga3\" (did you mean "
                               "\"nsga2\"?); known are quarry, linas, "));
  CHECK(quarry({"models"}).out.find("gaussian_process\n") != std::string::npos);
  CHECK(quarry({"models", "oracle"}).code == 4);
}

TEST_CASE("one network can be measured without a server") {
  const test::TemporaryFolder folder;
  const test::CommandResult result =
      quarry({"measure", "fashion_vit", "--baseline", "smallest int8", "--images", "200", "--batch",
              "1", "--steps"});
  CHECK(result.code == 0);
  for (const char* expected : {"macs ", "model_size_bytes", "latency_ms (b1)", "accuracy",
                               "layer0.qkv", "softmax", "between operators", "oneDNN 2."}) {
    INFO(expected);
    CHECK(result.out.find(expected) != std::string::npos);
  }
  CHECK(quarry({"measure", "fashion_vit", "--baseline", "biggest"}).err ==
        "quarry measure: fashion_vit has no baseline \"biggest\"; it has largest f32, largest int8 "
        "or smallest int8\n");
  const std::string file = folder.path() + "/config.json";
  std::ofstream(file) << "{\"depth\": 9}";
  const test::CommandResult wrong = quarry({"measure", "fashion_vit", "--config", file});
  CHECK(wrong.code == 1);
  CHECK(wrong.err.find("/depth: must be 1, 2, 3, 4, 5 or 6, got 9") != std::string::npos);
}

}  // namespace
}  // namespace quarry::server
