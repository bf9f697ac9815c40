// The quarry command as scripts and shells drive it: JSON of every verb, exit codes, lists with
// filters, names in place of ids, the configuration file, completion.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/quarry_process.hpp"
#include "tests/support/server.hpp"
#include "tests/support/shell.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;
using test::quarry;

// Set for the processes of one test.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    setenv(name, value.c_str(), 1);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { unsetenv(name_); }

 private:
  const char* name_;
};

// What a shell prints of a script, its errors too.
std::string printed(const std::string& shell, const std::string& script) {
  const test::CommandResult result = test::in_shell(shell, script);
  return result.out + result.err;
}

// A server with one finished study of five trials.
struct Fixture {
  Fixture() {
    id = quarry({"submit", "--supernet", "fashion_vit", "--objective", "macs", "--trials", "5",
                 "--algorithm", "random", "--name", "small one", "--watch"})
             .out.substr(0, 29);
    REQUIRE(id.starts_with("st_"));
  }
  test::TemporaryFolder folder;
  test::ServerProcess server{folder.path()};
  Variable url{"QUARRY_URL", server.url()};
  std::string id;
};

TEST_CASE("a study is submitted from a file, from stdin and from flags") {
  Fixture fixture;
  const std::string study = R"({"supernet": "fashion_vit", "objectives": [{"metric": "macs"}]})";
  const std::string out = printed("sh", "quarry submit - <<'END'\n" + study + "\nEND\n");
  CHECK(out.starts_with("st_"));
  const std::string file = fixture.folder.path() + "/study.json";
  std::ofstream(file) << study;
  CHECK(quarry({"submit", file}).out.starts_with("st_"));
  CHECK(json::parse(quarry({"submit", file, "--json"}).out)["state"] == "queued");
}

TEST_CASE("a study may be named by its name, and a misspelt name is told") {
  Fixture fixture;
  CHECK(quarry({"show", "small one"}).out.starts_with(fixture.id + "  small one\n"));
  const test::CommandResult misspelt = quarry({"show", "smal one"});
  CHECK(misspelt.code == 4);
  CHECK(misspelt.err ==
        "quarry: there is no study \"smal one\" (did you mean \"small one\"?); 'quarry list' shows "
        "them\n");
  CHECK(quarry({"clone", fixture.id}).code == 0);
  const test::CommandResult two = quarry({"show", "small one"});
  CHECK(two.code == 1);
  CHECK(two.err.find("2 studies are called \"small one\"") != std::string::npos);
}

TEST_CASE("lists take filters and orders, and tell all mistakes in them") {
  Fixture fixture;
  const json trials = json::parse(quarry({"trials", fixture.id, "--order-by", "macs desc",
                                          "--filter", "state = succeeded", "--json"})
                                      .out);
  REQUIRE(trials.size() == 5);
  CHECK(trials[0]["metrics"]["macs"]["value"] >= trials[4]["metrics"]["macs"]["value"]);
  CHECK(quarry({"trials", fixture.id, "--limit", "2"}).out.starts_with("trial  state"));
  CHECK(quarry({"trials", fixture.id, "--limit", "1", "--csv"}).out.starts_with("trial,"));
  CHECK(json::parse(quarry({"list", "--filter", "progress.trials > 5", "--json"}).out).empty());
  const test::CommandResult refused =
      quarry({"trials", fixture.id, "--filter", "mcas < 3", "--order-by", "size"});
  CHECK(refused.code == 1);
  CHECK(refused.err.find("filter: there is no field \"mcas\" here (did you mean \"macs\"?)") !=
        std::string::npos);
  CHECK(refused.err.find("order_by: there is no field \"size\" here") != std::string::npos);
}

TEST_CASE("every verb that says something says it as JSON too") {
  Fixture fixture;
  const std::string data = fixture.folder.path();
  const std::string config = data + "/config.json";
  std::ofstream(config) << quarry({"trials", fixture.id, "--limit", "1", "--json"}).out;
  const json first = json::parse(std::ifstream(config));
  std::ofstream(config) << first[0]["config"];
  CHECK(json::parse(quarry({"clone", fixture.id, "--json"}).out)["name"] == "small one");
  // Nobody evaluates it, so it goes on until it is cancelled.
  const std::string study = data + "/study.json";
  std::ofstream(study) << R"({"supernet": "fashion_vit", "objectives": [{"metric": "accuracy"}],
                              "metrics": {"accuracy": {"evaluator": "external"}}})";
  const std::string copy = json::parse(quarry({"submit", study, "--json"}).out)["id"];
  const std::vector<std::vector<std::string>> verbs = {
      {"list"},
      {"show", fixture.id},
      {"front", fixture.id},
      {"trials", fixture.id},
      {"extend", copy, "--trials", "1"},
      {"enqueue", copy, config},
      {"cancel", copy},
      {"measurements"},
      {"fingerprints"},
      {"workers"},
      {"operators"},
      {"algorithms"},
      {"algorithms", "nsga2"},
      {"models"},
      {"supernets"},
      {"supernets", "show", "fashion_vit"},
      {"supernets", "schema"},
      {"imports"},
      {"predictors", "list"},
      {"token", "create", "a", "--data", data},
      {"token", "list", "--data", data},
      {"backup", data + "/copy.db", "--data", data}};
  for (std::vector<std::string> words : verbs) {
    INFO(words[0] << " " << (words.size() > 1 ? words[1] : ""));
    if (words.back() != "schema") words.emplace_back("--json");
    const test::CommandResult result = quarry(words);
    CHECK(result.code == 0);
    CHECK_FALSE(json::parse(result.out, nullptr, false).is_discarded());
  }
  CHECK(quarry({"watch", copy}).code == 1);  // it was cancelled
  CHECK(json::parse(quarry({"delete", copy, "--json"}).out)["deleted"] == true);
  const std::string events = quarry({"watch", fixture.id, "--json"}).out;
  const json event = json::parse(events.substr(0, events.find('\n')));
  CHECK(event["id"] == 1);
  CHECK(event["type"] == "study.created");
}

TEST_CASE("exit codes tell a script what went wrong") {
  CHECK(quarry({"list", "--url", "http://127.0.0.1:1"}).code == 3);
  CHECK(quarry({"list", "--colour", "red"}).code == 2);
  Fixture fixture;
  CHECK(quarry({"show", fixture.id}).code == 0);
  CHECK(quarry({"pause", fixture.id}).code == 1);
  CHECK(quarry({"show", "st_nothing"}).code == 4);
  CHECK(quarry({"front", fixture.id, "--best", "macs", "--where", "macs < 0"}).code == 1);
  const test::TemporaryFolder folder;
  test::Child open({"serve", "--listen", "0.0.0.0:0", "--data", folder.path()});
  std::string line = open.line();
  while (!line.empty() && line.find("serving ") == std::string::npos) line = open.line();
  REQUIRE_FALSE(line.empty());
  const std::string port = line.substr(line.rfind(':', line.find(" (data")) + 1);
  const std::string url = "http://127.0.0.1:" + port.substr(0, port.find(' '));
  CHECK(quarry({"list", "--url", url}).code == 5);
  const std::string token =
      quarry({"token", "create", "reader", "--data", folder.path()}).out.substr(0, 60);
  const std::string secret = token.substr(0, token.find('\n'));
  CHECK(quarry({"list", "--url", url, "--token", secret}).code == 0);
  CHECK(quarry({"predictors", "list", "--url", url, "--token", secret}).code == 0);
  CHECK(quarry({"submit", "--url", url, "--token", secret, "--supernet", "fashion_vit",
                "--objective", "macs"})
            .code == 5);
}

TEST_CASE("a misspelt verb or flag is told from those that are there") {
  const test::CommandResult verb = quarry({"wacth", "st_1"});
  CHECK(verb.code == 2);
  CHECK(verb.err.find("\"wacth\" (did you mean \"watch\"?)") != std::string::npos);
  const test::CommandResult flag = quarry({"list", "--stat", "running"});
  CHECK(flag.code == 2);
  CHECK(flag.err.find("\"--stat\" (did you mean \"--state\"?)") != std::string::npos);
}

TEST_CASE("flags go before the environment, and the environment before the configuration file") {
  Fixture fixture;
  const std::string file = fixture.folder.path() + "/config.toml";
  std::ofstream(file) << "url = \"http://127.0.0.1:1\"\n[list]\nname = \"no such\"\n";
  std::filesystem::permissions(file, std::filesystem::perms::owner_read);
  const Variable named("QUARRY_CONFIG", file);
  CHECK(quarry({"list"}).out == "");  // at QUARRY_URL, with the file's --name
  CHECK(quarry({"list", "--name", "small"}).out.starts_with(fixture.id));
  unsetenv("QUARRY_URL");
  CHECK(quarry({"list"}).code == 3);
  CHECK(quarry({"list", "--url", fixture.server.url()}).code == 0);
}

TEST_CASE("mistakes of the configuration file are wrong use, all told") {
  const test::TemporaryFolder folder;
  const std::string file = folder.path() + "/config.toml";
  std::ofstream(file) << "ulr = \"x\"\n[list]\nsate = \"running\"\n";
  const Variable named("QUARRY_CONFIG", file);
  const test::CommandResult result = quarry({"list"});
  CHECK(result.code == 2);
  CHECK(result.err.find(file + " ulr: is no setting (did you mean \"url\"?)") != std::string::npos);
  CHECK(result.err.find(file + " list.sate: is no flag of this verb (did you mean \"state\"?)") !=
        std::string::npos);
}

TEST_CASE("bash completes verbs, flags, and the studies of the server") {
  Fixture fixture;
  const auto completed = [](const std::string& words, int at) {
    return printed("bash", "source <(quarry completion bash)\nCOMP_WORDS=(" + words +
                               ")\nCOMP_CWORD=" + std::to_string(at) +
                               "\n_quarry\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n");
  };
  CHECK(completed("quarry wat", 1) == "watch\n");
  CHECK(completed("quarry watch st_", 2) == fixture.id + "\n");
  CHECK(completed("quarry list --stat", 2) == "--state\n");
  CHECK(completed("quarry submit --algorithm nsg", 3) == "nsga2\n");
  unsetenv("QUARRY_URL");
  CHECK(completed("quarry watch --url http://127.0.0.1:1 st_", 4) == "\n");
}

TEST_CASE("fish completes the same, with what each is") {
  Fixture fixture;
  const auto completed = [](const std::string& line) {
    return printed("fish", "quarry completion fish | source\ncomplete -C '" + line + "'\n");
  };
  CHECK(completed("quarry wat") == "watch\tfollow a study to its end\n");
  CHECK(completed("quarry watch st_") == fixture.id + "\tsmall one\n");
}

TEST_CASE("zsh takes its completion") {
  const std::string out = printed("zsh",
                                  "autoload -Uz compinit && compinit -u\n"
                                  "source <(quarry completion zsh)\n"
                                  "print $_comps[quarry]\n"
                                  "_describe() { print -l $candidates }\n"
                                  "words=(quarry watc) CURRENT=2 _quarry\n");
  CHECK(out == "_quarry\nwatch:follow a study to its end\n");
}

TEST_CASE("an unknown shell is wrong use") { CHECK(quarry({"completion", "tcsh"}).code == 2); }

}  // namespace
}  // namespace quarry::server
