// The flags of the verbs about the machine that they run on: worker, measure, precisions,
// operators; and of those that read the registries. Tested end to end by
// tests/e2e/command_test.cpp.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <memory>

#include "server/cli/commands.hpp"
#include "server/cli/completion.hpp"
#include "server/cli/http_task_source.hpp"
#include "server/cli/verbs.hpp"

namespace quarry::server {
namespace {

std::string default_worker_name() {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) host = {'h', 'o', 's', 't'};
  return std::string(host.data()) + "-" + std::to_string(getpid());
}

void add_worker(Verbs& verbs) {
  auto options = std::make_shared<WorkerOptions>();
  auto folder = std::make_shared<std::string>();
  CLI::App* verb =
      verbs.add("worker", "measure on this machine for a server elsewhere", [=, &verbs] {
        if (options->name.empty()) options->name = default_worker_name();
        return work(verbs.client(), *options, *folder);
      });
  verb->add_option("--server", verbs.address().url, "the server's address; else QUARRY_URL")
      ->capture_default_str();
  verb->add_option("--token", verbs.address().token,
                   "for a server that asks for one; else QUARRY_TOKEN");
  verb->add_option("--ca", verbs.address().ca_file,
                   "PEM file of the authority of an https server's certificate; else QUARRY_CA")
      ->type_name(kFileArgument);
  verb->add_option("--tags", options->tags, "what it has, such as device=phone")->delimiter(',');
  verb->add_option("--name", options->name, "its name at the server; by default host and pid");
  verb->add_option("--lease", options->lease_s,
                   "seconds without a heartbeat until the server gives its task to another")
      ->check(CLI::Range(1.0, 86400.0))
      ->capture_default_str();
  verb->add_option("--supernets", *folder, "folder with supernets beside the built-in ones")
      ->type_name(kFileArgument);
}

void add_repetition(CLI::App* verb, MeasureOptions& options) {
  verb->add_option("--confidence-width", options.confidence_width,
                   "repeat until the median is known to this share of it")
      ->check(CLI::Range(0.0001, 1.0))
      ->capture_default_str();
  verb->add_option("--max-seconds", options.max_seconds, "stop repeating after this long")
      ->check(CLI::Range(0.01, 3600.0))
      ->capture_default_str();
  verb->add_option("--cache", options.cache, "cold flushes all caches before each sample")
      ->check(CLI::IsMember({"warm", "cold"}))
      ->capture_default_str();
  verb->add_option("--priority", options.priority,
                   "realtime keeps other work off the cores while measuring")
      ->check(CLI::IsMember({"realtime", "normal"}))
      ->capture_default_str();
}

void add_measure(Verbs& verbs) {
  auto options = std::make_shared<MeasureOptions>();
  auto predict = std::make_shared<bool>(false);
  CLI::App* verb =
      verbs.add("measure", "measure one network on this machine, without a server", [=, &verbs] {
        if (*predict) options->predict_url = verbs.address().url;
        return measure(*options);
      });
  verb->add_option("supernet", options->supernet,
                   "its supernet: a built-in one, or a manifest file")
      ->required()
      ->type_name(kSupernetArgument);
  CLI::Option* config = verb->add_option("--config", options->config_file,
                                         "file with its config as JSON; - reads stdin")
                            ->type_name(kFileArgument);
  verb->add_option("--baseline", options->baseline,
                   "a baseline of the manifest (its first, unless --config is given)")
      ->excludes(config);
  verb->add_flag("--full", options->full, "also accuracy on the official test set");
  verb->add_option("--images", options->images, "validation images to use; 0 = all")
      ->check(CLI::Range(0, 10000000));
  verb->add_option("--batch", options->batch, "batch of the latency; 0 = the manifest's")
      ->check(CLI::Range(0, 4096));
  verb->add_option("--threads", options->threads, "threads of the latency")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  add_repetition(verb, *options);
  verb->add_flag("--predict", *predict,
                 "also what the server at --url predicts from the times of operators");
  verbs.add_server(verb);
  verb->add_flag("--steps", options->steps, "the steps of each operator in its table");
  CLI::Option* as_json = verb->add_flag("--json", options->as_json, "as JSON");
  verb->add_flag("--sensitivity", options->sensitivity, "what each operator's precision costs")
      ->excludes(as_json);
}

void add_operators(Verbs& verbs) {
  auto options = std::make_shared<OperatorsOptions>();
  CLI::App* verb =
      verbs.add("operators", "how long operators take, as a server's measurements found",
                [=, &verbs] { return list_operators(verbs.client(), *options); });
  verbs.add_server(verb);
  verb->add_option("--supernet", options->supernet, "only those of this built-in one's networks")
      ->type_name(kSupernetArgument);
  verb->add_flag("--json", options->as_json, "as JSON");
}

void add_precisions(Verbs& verbs) {
  auto options = std::make_shared<PrecisionsOptions>();
  CLI::App* verb = verbs.add(
      "precisions", "what leaving f32 gains on this machine, and what a study need not search",
      [=] { return print_precisions(*options); });
  verb->add_option("supernet", options->supernet, "a built-in one")
      ->required()
      ->type_name(kSupernetArgument);
  verb->add_option("--batch", options->batch, "batch; 0 = the manifest's")
      ->check(CLI::Range(0, 4096));
  verb->add_option("--threads", options->threads, "threads of every operator")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  verb->add_flag("--json", options->as_json, "only the genes that gain nothing");
}

void add_registry(Verbs& verbs, const char* name, const char* help, const char* kind,
                  int (*print)(const std::string&, bool)) {
  auto entry = std::make_shared<std::string>();
  auto as_json = std::make_shared<bool>(false);
  CLI::App* verb = verbs.add(name, help, [=] { return print(*entry, *as_json); });
  verb->add_option("name", *entry, "one of them, with its options")->type_name(kind);
  verb->add_flag("--json", *as_json, "as JSON");
}

}  // namespace

void add_machine_verbs(Verbs& verbs) {
  add_worker(verbs);
  add_measure(verbs);
  add_operators(verbs);
  add_precisions(verbs);
  add_registry(verbs, "algorithms", "what each search algorithm is and when to choose it",
               kAlgorithmArgument, &print_algorithms);
  add_registry(verbs, "models", "what kinds of model a predictor can be made of", kModelArgument,
               &print_models);
}

}  // namespace quarry::server
