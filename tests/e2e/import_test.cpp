// Measurements from a file to a study through the true binary.
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/follow.hpp"
#include "tests/support/manifests.hpp"
#include "tests/support/quarry_process.hpp"
#include "tests/support/server.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;
using test::quarry;

struct Shell {
  test::TemporaryFolder folder;
  test::ServerProcess server{folder.path()};

  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream(folder.path() + "/" + name) << text;
    return folder.path() + "/" + name;
  }
  test::CommandResult run(std::vector<std::string> words) const {
    words.insert(words.end(), {"--url", server.url()});
    return quarry(words);
  }
};

const std::string kSixNetworks =
    "depth,heads[0],heads[1],precision,top1,latency_ms\n"
    "1,1,1,f32,50,1.0\n1,1,1,int8,49,0.9\n1,2,1,f32,55,1.2\n"
    "2,1,1,f32,60,2.0\n2,2,2,f32,70,2.5\n2,2,2,int8,69,2.3\n";

TEST_CASE("a file is tried, imported, shown, searched and taken away from a shell") {
  Shell shell;
  REQUIRE(shell.run({"supernets", "add", shell.file("small.json", test::small_manifest())}).code ==
          0);
  const std::string file = shell.file("six.csv", kSixNetworks);
  const std::vector<std::string> import = {"import",        file,       "--supernet",
                                           "small",         "--column", "top1=accuracy*0.01",
                                           "--fingerprint", "a board"};

  std::vector<std::string> dry = import;
  dry.push_back("--dry-run");
  const test::CommandResult tried = shell.run(dry);
  CHECK(tried.code == 0);
  CHECK(tried.out.starts_with("6 of 6 rows taken (csv): 6 networks\n"));
  CHECK(tried.out.ends_with("nothing was stored: this was a dry run\n"));
  CHECK(shell.run({"imports"}).out.starts_with("no imports"));

  const test::CommandResult imported = shell.run(import);
  REQUIRE(imported.code == 0);
  const std::string id = imported.out.substr(0, imported.out.size() - 1);
  CHECK(id.starts_with("im_"));
  CHECK(imported.err.find("top1        accuracy*0.01  6 values, 0.49 to 0.7") != std::string::npos);
  CHECK(shell.run(import).out == imported.out);
  CHECK(shell.run({"imports", id}).out.starts_with(id + "        6 rows  small"));

  const json study = {{"supernet", "small"},
                      {"objectives", {{{"metric", "accuracy"}}, {{"metric", "latency_ms"}}}},
                      {"metrics",
                       {{"accuracy", {{"evaluator", "table"}, {"import", id}}},
                        {"latency_ms", {{"evaluator", "table"}, {"import", id}}}}},
                      {"algorithm", {{"name", "random"}}},
                      {"budget", {{"trials", 12}}}};
  const test::CommandResult submitted =
      shell.run({"submit", shell.file("study.json", study.dump()), "--watch"});
  CHECK(submitted.code == 0);
  const std::string study_id = submitted.out.substr(0, submitted.out.find('\n'));
  const json front = json::parse(shell.run({"front", study_id, "--json"}).out);
  CHECK(front["items"].size() == 6);
  CHECK(front["items"][0]["metrics"]["accuracy"]["source"] == "imported");

  CHECK(shell.run({"imports", id, "--delete"}).code == 0);
  CHECK(shell.run({"imports", id}).code == 4);
}

TEST_CASE("a file whose columns are not known is refused with the rules that may be meant") {
  Shell shell;
  const test::CommandResult refused =
      shell.run({"import", shell.file("x.csv", "arch,top1\n{},1\n"), "--supernet", "fashion_vit"});
  CHECK(refused.code == 1);
  CHECK(refused.out.empty());
  CHECK(refused.err.find("no column is a metric: say which with COLUMN=METRIC") !=
        std::string::npos);
  CHECK(refused.err.find("perhaps --column \"top1=accuracy*0.01\"") != std::string::npos);
}

TEST_CASE("more than the usual body of a request can be imported") {
  Shell shell;
  std::string text = "config,accuracy\n";
  const std::string row =
      "\"{'depth': 1, 'heads': 1, 'precision': 'f32'" + std::string(100, ' ') + "}\",0.5\n";
  while (text.size() < 9U * 1024 * 1024) text += row;
  REQUIRE(shell.run({"supernets", "add", shell.file("small.json", test::small_manifest())}).code ==
          0);
  const test::CommandResult imported =
      shell.run({"import", shell.file("large.csv", text), "--supernet", "small", "--json"});
  REQUIRE(imported.code == 0);
  CHECK(json::parse(imported.out)["report"]["networks"] == 1);
}

}  // namespace
}  // namespace quarry::server
