// The quarry command: flags in, exit code out. Its verbs are declared in serve_verbs.cpp and
// server/cli/*_verbs.cpp; what a server is, in app.hpp.
#include <malloc.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>

#include "server/cli/archive_verbs.hpp"
#include "server/cli/completion.hpp"
#include "server/cli/config_file.hpp"
#include "server/cli/exit_code.hpp"
#include "server/cli/export.hpp"
#include "server/cli/predictor_verbs.hpp"
#include "server/cli/verbs.hpp"
#include "server/serve_verbs.hpp"

namespace {

using namespace quarry::server;

// The configuration file's mistakes are used wrongly as flags are.
bool configure(CLI::App& root, CLI::App& chosen) {
  bool is_named = false;
  const std::string path = config_path(is_named);
  const auto errors = apply_config(path, is_named, root, chosen);
  for (const auto& [key, detail] : errors)
    std::cerr << "quarry: " << path << (key.empty() ? "" : " " + key) << ": " << detail << "\n";
  return errors.empty();
}

// Says what CLI11 says, and which verb or flag may have been meant.
int explain(const CLI::App& cli, const CLI::ParseError& error) {
  const int code = cli.exit(error) == 0 ? kDone : kWronglyUsed;
  const std::vector<std::string> extra = cli.remaining(true);
  if (code == kDone || extra.empty()) return code;
  const std::string meant = meant_instead(cli, extra.front());
  if (!meant.empty()) std::cerr << "\"" << extra.front() << "\"" << meant << "\n";
  return code;
}

int run(Verbs& verbs) {
  try {
    return verbs.run();
  } catch (const ConnectionError& error) {
    std::cerr << "quarry: " << error.what() << "\n";
    return kNoServer;
  } catch (const std::exception& error) {
    std::cerr << "quarry: " << error.what() << "\n";
    return kWentWrong;
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App cli(
      "Quarry: multi-objective search of neural architectures and quantization policies, every "
      "result measured.",
      "quarry");
  cli.set_version_flag("--version", QUARRY_VERSION);
  cli.require_subcommand(1);
  cli.footer(
      "Exit codes: 0 done, 1 refused or failed, 2 used wrongly, 3 no server answers, 4 there "
      "is no such thing, 5 not allowed.");
  Verbs verbs(cli);
  add_serve_verbs(verbs);
  add_study_verbs(verbs);
  add_list_verbs(verbs);
  add_machine_verbs(verbs);
  add_supernet_verbs(verbs);
  add_import_verbs(verbs);
  const PredictorVerbs predictors(verbs);
  const ArchiveVerbs archives(verbs);
  add_export_verb(verbs);
  add_data_verbs(verbs);
  add_completion_verb(verbs);

  std::vector<std::string> words(argv + 1, argv + argc);
  const bool completes = !words.empty() && words.front() == "__complete";
  if (completes) words.erase(words.begin());
  const bool is_configured = configure(cli, verb_of(cli, words));
  if (completes) return print_completions(cli, words, verbs.address_of_environment());
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return explain(cli, error);
  }
  if (!is_configured) return kWronglyUsed;  // --help and --version come before

  // oneDNN's tensors of all sizes come and go with every candidate. glibc raises the size from
  // which it maps memory whenever a mapping is freed, and would then keep what lies between them.
  mallopt(M_MMAP_THRESHOLD, 128 * 1024);
  // A reader of ours that goes away must be an error of that write, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  return run(verbs);
}
