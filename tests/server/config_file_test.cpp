#include "server/cli/config_file.hpp"

#include <CLI/CLI.hpp>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>

#include "tests/support/server.hpp"

namespace quarry::server {
namespace {

struct ConfigFixture {
  ConfigFixture() {
    cli.require_subcommand(1);
    list = cli.add_subcommand("list");
    list->add_option("--url", url)->envname("QUARRY_CONFIG_TEST_URL");
    list->add_option("--token", token);
    list->add_option("--limit", limit)->check(CLI::Range(0, 100));
    list->add_option("--tags", tags)->delimiter(',');
    list->add_flag("--json", as_json);
    submit = cli.add_subcommand("submit");
    submit->add_option("--url", url);
    submit->add_option("--algorithm", algorithm);
    worker = cli.add_subcommand("worker");
    worker->add_option("--server", url);
  }

  // Mistakes, "key: detail" a line, of this file for this verb.
  std::string apply(const std::string& text, CLI::App* verb) {
    std::ofstream(path) << text;
    std::string told;
    for (const auto& [key, detail] : apply_config(path, true, cli, *verb))
      told += key + ": " + detail + "\n";
    return told;
  }

  test::TemporaryFolder folder;
  std::string path = folder.path() + "/config.toml";
  CLI::App cli{"", "quarry"};
  CLI::App* list = nullptr;
  CLI::App* submit = nullptr;
  CLI::App* worker = nullptr;
  std::string url = "http://usual";
  std::string token, algorithm = "quarry";
  std::vector<std::string> tags;
  int limit = 0;
  bool as_json = false;
};

TEST_CASE("what the file says holds until a flag says otherwise") {
  ConfigFixture fixture;
  const std::string text = "url = \"http://file\"  # ours\n[list]\nlimit = 7\njson = true\n";
  CHECK(fixture.apply(text, fixture.list) == "");
  fixture.cli.parse("list");
  CHECK(fixture.url == "http://file");
  CHECK(fixture.limit == 7);
  CHECK(fixture.as_json);
  ConfigFixture other;
  CHECK(other.apply(text, other.list) == "");
  other.cli.parse("list --url http://flag --limit 3");
  CHECK(other.url == "http://flag");
  CHECK(other.limit == 3);
}

TEST_CASE("the environment goes before the file") {
  ConfigFixture fixture;
  setenv("QUARRY_CONFIG_TEST_URL", "http://environment", 1);
  CHECK(fixture.apply("url = \"http://file\"\n", fixture.list) == "");
  fixture.cli.parse("list");
  unsetenv("QUARRY_CONFIG_TEST_URL");
  CHECK(fixture.url == "http://environment");
}

TEST_CASE("what is said of one verb does not touch another, even under one variable") {
  ConfigFixture fixture;
  CHECK(fixture.apply("[submit]\nurl = \"http://submit\"\n", fixture.list) == "");
  CHECK(fixture.url == "http://usual");
}

TEST_CASE("the worker's server is the url") {
  ConfigFixture fixture;
  CHECK(fixture.apply("url = \"http://file\"\n", fixture.worker) == "");
  CHECK(fixture.url == "http://file");
}

TEST_CASE("lists are lists, and a token is not shown in the help") {
  ConfigFixture fixture;
  CHECK(fixture.apply("token = \"qt_secret\"\n[list]\ntags = [\"a\", \"b\"]\n", fixture.list) ==
        "");
  CHECK(fixture.token == "qt_secret");
  CHECK(fixture.tags == std::vector<std::string>{"a", "b"});
  CHECK(fixture.cli.help("", CLI::AppFormatMode::All).find("qt_secret") == std::string::npos);
}

TEST_CASE("every mistake of the file is told with its key") {
  ConfigFixture fixture;
  const std::string told = fixture.apply(
      "ulr = \"x\"\n[lst]\na = 1\n[submit]\nalgoritm = \"linas\"\n[list]\nlimit = 900\n",
      fixture.list);
  CHECK(
      told.starts_with("ulr: is no setting (did you mean \"url\"?); known are url, token, ca or "
                       "data, and the flags of a verb in a section [VERB]\n"
                       "lst: is no verb (did you mean \"list\"?)\n"
                       "submit.algoritm: is no flag of this verb (did you mean \"algorithm\"?)\n"
                       "list.limit: "));
}

TEST_CASE("a file that is not there is a mistake only when it was named") {
  ConfigFixture fixture;
  CHECK(apply_config("/nowhere/config.toml", false, fixture.cli, *fixture.list).empty());
  CHECK(apply_config("/nowhere/config.toml", true, fixture.cli, *fixture.list).size() == 1);
}

TEST_CASE("a misspelt verb or flag is told from those that are there") {
  ConfigFixture fixture;
  CHECK(meant_instead(fixture.cli, "lits") == " (did you mean \"list\"?)");
  fixture.cli.allow_extras();
  fixture.list->allow_extras();
  fixture.cli.parse("list --lmit 3");
  CHECK(meant_instead(fixture.cli, "--lmit=3") == " (did you mean \"--limit\"?)");
}

}  // namespace
}  // namespace quarry::server
