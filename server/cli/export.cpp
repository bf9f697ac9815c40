// quarry export: a chosen trial as a file. Tested end to end by tests/e2e/export_test.cpp.
#include "server/cli/export.hpp"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>

#include "server/cli/commands.hpp"
#include "server/cli/completion.hpp"
#include "server/cli/input.hpp"
#include "server/http/router.hpp"

namespace quarry::server {
namespace {

struct ExportFlags {
  std::string study;
  std::int64_t trial = 0;
  std::string format = "quarry";
  std::string file;  // empty or "-": stdout
};

int export_trial(const HttpClient& client, const ExportFlags& flags) {
  int code = kDone;
  const auto study = find_study_id(client, flags.study, code);
  if (!study) return code;
  const Response response =
      client.request("GET", "/v1/studies/" + *study + "/trials/" + std::to_string(flags.trial) +
                                "/export?format=" + percent_encode(flags.format));
  if (response.status != 200) return refuse(response);
  return write_output("export", flags.file, response.body);
}

}  // namespace

void add_export_verb(Verbs& verbs) {
  auto flags = std::make_shared<ExportFlags>();
  CLI::App* verb = verbs.add("export", "a chosen trial as a file to take away",
                             [&verbs, flags] { return export_trial(verbs.client(), *flags); });
  verbs.add_server(verb);
  verb->add_option("study", flags->study, "its id or name")->required()->type_name(kStudyArgument);
  verb->add_option("trial", flags->trial, "its number")->required()->check(CLI::NonNegativeNumber);
  verb->add_option("--format", flags->format,
                   "quarry: what measure --config reads; dynast: DyNAS-T's dict; policy: precision "
                   "of every operator; card: all that is known, and the command that measures it "
                   "again")
      ->check(CLI::IsMember({"quarry", "dynast", "policy", "card"}))
      ->capture_default_str();
  verb->add_option("-o,--output", flags->file, "a file; stdout without it")
      ->type_name(kFileArgument);
}

}  // namespace quarry::server
