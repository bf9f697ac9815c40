// The quarry command: flags in, exit code out. Its verbs are declared in serve_verbs.cpp and
// server/cli/*_verbs.cpp; what a server is, in app.hpp.
#include <malloc.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>

#include "server/cli/predictor_verbs.hpp"
#include "server/cli/verbs.hpp"
#include "server/serve_verbs.hpp"

int main(int argc, char** argv) {
  using namespace quarry::server;
  CLI::App cli(
      "Quarry: multi-objective search of neural architectures and quantization policies, every "
      "result measured.",
      "quarry");
  cli.set_version_flag("--version", QUARRY_VERSION);
  cli.require_subcommand(1);
  Verbs verbs(cli);
  add_serve_verbs(verbs);
  add_study_verbs(verbs);
  add_machine_verbs(verbs);
  add_supernet_verbs(verbs);
  add_import_verbs(verbs);
  const PredictorVerbs predictors(verbs);
  add_data_verbs(verbs);

  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return cli.exit(error) == 0 ? 0 : 2;
  }

  // oneDNN's tensors of all sizes come and go with every candidate. glibc raises the size from
  // which it maps memory whenever a mapping is freed, and would then keep what lies between them.
  mallopt(M_MMAP_THRESHOLD, 128 * 1024);
  // A reader of ours that goes away must be an error of that write, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return verbs.run();
  } catch (const std::exception& error) {
    std::cerr << "quarry: " << error.what() << "\n";
    return 1;
  }
}
