#include "server/cli/completion.hpp"

#include <CLI/CLI.hpp>
#include <catch2/catch.hpp>

namespace quarry::server {
namespace {

// A command like ours: watch STUDY --url U, list --state S, and tokens create --scope {a,b} FILE.
struct CompletionFixture {
  CompletionFixture() {
    cli.require_subcommand(1);
    CLI::App* watch = cli.add_subcommand("watch", "follow a study");
    watch->add_option("study", text, "its id")->type_name(kStudyArgument);
    watch->add_option("--url", text, "the server's address");
    watch->add_flag("--json", flag, "as JSON");
    CLI::App* list = cli.add_subcommand("list", "all studies");
    list->add_option("--state", text, "only those")->type_name(kStateArgument);
    CLI::App* tokens = cli.add_subcommand("tokens", "who may");
    CLI::App* create = tokens->add_subcommand("create", "make one");
    create->add_option("--scope", text, "what it may")->check(CLI::IsMember({"read", "admin"}));
    create->add_option("file", text, "where to")->type_name(kFileArgument);
  }

  // The candidates, with ":files" where any file may stand, and the server that was asked.
  std::string candidates(const std::vector<std::string>& words) {
    const ListNames names = [&](const std::string& kind, const ServerAddress& address) {
      asked = address.url;
      return kind == kStudyArgument   ? std::vector<Candidate>{{"st_1", "bert"}, {"st_2", ""}}
             : kind == kStateArgument ? std::vector<Candidate>{{"running", ""}}
                                      : std::vector<Candidate>{};
    };
    bool files = false;
    std::string found;
    for (const Candidate& one : complete(cli, words, {.url = "http://usual"}, names, files))
      found += one.text + " ";
    return found + (files ? ":files" : "");
  }

  CLI::App cli{"", "quarry"};
  std::string text;
  bool flag = false;
  std::string asked;
};

TEST_CASE("verbs are completed, and the verbs of a verb") {
  CompletionFixture fixture;
  CHECK(fixture.candidates({""}) == "watch list tokens ");
  CHECK(fixture.candidates({"w"}) == "watch ");
  CHECK(fixture.candidates({"tokens", ""}) == "create ");
  CHECK(fixture.candidates({"nonsense"}) == "");
}

TEST_CASE("flags are completed, but for those that were given") {
  CompletionFixture fixture;
  CHECK(fixture.candidates({"watch", "--"}) == "--help --url --json ");
  CHECK(fixture.candidates({"watch", "--json", "--u"}) == "--url ");
  CHECK(fixture.candidates({"watch", "--json", "--j"}) == "");
}

TEST_CASE("an argument and a flag's value are completed with what they may be") {
  CompletionFixture fixture;
  CHECK(fixture.candidates({"watch", ""}) == "st_1 st_2 ");
  CHECK(fixture.candidates({"watch", "st_1", ""}) == "");
  CHECK(fixture.candidates({"list", "--state", ""}) == "running ");
  CHECK(fixture.candidates({"list", "--state=r"}) == "--state=running ");
  CHECK(fixture.candidates({"tokens", "create", "--scope", "a"}) == "admin ");
  CHECK(fixture.candidates({"tokens", "create", ""}) == ":files");
}

TEST_CASE("bash takes flag=value apart, and is understood") {
  CompletionFixture fixture;
  CHECK(fixture.candidates({"list", "--state", "="}) == "running ");
  CHECK(fixture.candidates({"list", "--state", "=", "r"}) == "running ");
}

TEST_CASE("the server that the words name is asked") {
  CompletionFixture fixture;
  fixture.candidates({"watch", ""});
  CHECK(fixture.asked == "http://usual");
  fixture.candidates({"watch", "--url", "http://other", ""});
  CHECK(fixture.asked == "http://other");
  fixture.candidates({"watch", "--url=http://third", ""});
  CHECK(fixture.asked == "http://third");
}

TEST_CASE("the verb of a command line is the innermost that its words name") {
  CompletionFixture fixture;
  CHECK(verb_of(fixture.cli, {"tokens", "create", "x"}).get_name() == "create");
  CHECK(verb_of(fixture.cli, {"watch", "--url", "list"}).get_name() == "watch");
  CHECK(verb_of(fixture.cli, {"--help"}).get_name() == "quarry");
}

}  // namespace
}  // namespace quarry::server
