// The quarry command: flags in, exit code out. What a verb does is in server/cli; what a server is,
// in app.hpp.
#include <malloc.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <csignal>
#include <iostream>
#include <memory>
#include <thread>

#include "server/app.hpp"
#include "server/cli/archive_verbs.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/export.hpp"
#include "server/cli/http_task_source.hpp"
#include "server/cli/predictor_verbs.hpp"
#include "server/http/server.hpp"

namespace {

using namespace quarry::server;

// "127.0.0.1:8080", ":8080" or "127.0.0.1".
bool parse_listen(const std::string& text, AppOptions& options) {
  const std::size_t colon = text.rfind(':');
  const std::string address = text.substr(0, colon);
  if (!address.empty()) options.address = address;
  if (colon == std::string::npos) return true;
  const std::string port = text.substr(colon + 1);
  if (port.empty() || port.size() > 5 ||
      port.find_first_not_of("0123456789") != std::string::npos || std::stoi(port) > 65535)
    return false;
  options.port = static_cast<std::uint16_t>(std::stoi(port));
  return true;
}

std::string default_data_folder() {
  if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data != '\0')
    return std::string(data) + "/quarry";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0')
    return std::string(home) + "/.local/share/quarry";
  return "quarry-data";
}

std::string default_worker_name() {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) host = {'h', 'o', 's', 't'};
  return std::string(host.data()) + "-" + std::to_string(getpid());
}

int serve(const AppOptions& options) {
  App app(options);
  for (const std::string& supernet : app.left_out())
    spdlog::warn("a supernet was left out: {}", supernet);
  if (!app.first_token().empty())
    spdlog::info("made the first token, for administrators; it is not shown again: {}",
                 app.first_token());
  spdlog::info("serving {} (data in {})", app.url(), options.data_folder);
  if (!app.checked_whole())
    spdlog::info(
        "the database is large: it was searched for damage for a second, without finding any; "
        "'quarry backup' reads all of it");
  app.run(true);
  spdlog::info("stopped; studies that were running go on at the next start");
  return 0;
}

// The demo must not fail because something else has the usual port.
std::unique_ptr<App> start_demo_server(AppOptions options) {
  try {
    return std::make_unique<App>(options);
  } catch (const AddressTaken&) {
    options.port = 0;
    return std::make_unique<App>(options);
  }
}

int run_demo(const AppOptions& options, bool exit_after) {
  const std::unique_ptr<App> started = start_demo_server(options);
  App& app = *started;
  std::jthread server([&app] { app.run(true); });
  int code = 1;
  try {
    code = demo(HttpClient(app.url()));
  } catch (const std::exception& error) {  // Ctrl-C takes the server away from under the demo
    std::cerr << "\nquarry demo: " << error.what() << "\n";
  }
  if (exit_after || code != 0) {
    app.stop();
  } else {
    std::cout << "\nThe server goes on at " << app.url() << " until you press Ctrl-C.\n"
              << std::flush;
  }
  server.join();
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App cli(
      "Quarry: multi-objective search of neural architectures and quantization policies, every "
      "result measured.",
      "quarry");
  cli.set_version_flag("--version", QUARRY_VERSION);
  cli.require_subcommand(1);

  std::string url = "http://127.0.0.1:8080";
  std::string token;
  std::string ca_file;
  const auto add_url = [&](CLI::App* verb) {
    verb->add_option("--url", url, "the server's address")
        ->envname("QUARRY_URL")
        ->capture_default_str();
    verb->add_option("--token", token, "for a server that asks for one; better in the environment")
        ->envname("QUARRY_TOKEN");
    verb->add_option("--ca", ca_file, "PEM file of the authority of an https server's certificate")
        ->envname("QUARRY_CA");
  };
  const auto client = [&] { return HttpClient(url, token, ca_file); };

  AppOptions app;
  app.data_folder = default_data_folder();
  std::string listen = "127.0.0.1:8080";
  bool exit_after = false;
  const auto add_server_options = [&](CLI::App* verb) {
    verb->add_option("--listen", listen,
                     "address and port; port 0 takes a free one; other than loopback needs tokens")
        ->capture_default_str();
    verb->add_option("--data", app.data_folder, "folder of the database, made if it is not there")
        ->capture_default_str();
    verb->add_option("--workers", app.workers, "tasks evaluated at a time; 0 = one per core")
        ->check(CLI::Range(0, 256))
        ->capture_default_str();
  };
  const auto add_data = [&](CLI::App* verb) {
    verb->add_option("--data", app.data_folder, "the server's folder")->capture_default_str();
  };
  CLI::App* serve_verb =
      cli.add_subcommand("serve", "run the server: REST API, dashboard and workers");
  add_server_options(serve_verb);
  CLI::Option* certificate =
      serve_verb->add_option("--tls-cert", app.tls_certificate, "PEM file of the certificate");
  serve_verb->add_option("--tls-key", app.tls_key, "PEM file of its key")->needs(certificate);
  certificate->needs("--tls-key");
  serve_verb
      ->add_option("--max-rate", app.requests_per_second,
                   "requests per second of one client; 0 = no limit")
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str();
  CLI::App* demo_verb =
      cli.add_subcommand("demo", "serve, run a joint search on fashion_vit, show what it found");
  add_server_options(demo_verb);
  demo_verb->add_flag("--exit", exit_after, "stop the server afterwards");

  WorkerOptions worker;
  std::string supernet_folder;
  CLI::App* worker_verb =
      cli.add_subcommand("worker", "measure on this machine for a server elsewhere");
  worker_verb->add_option("--server", url, "the server's address")
      ->envname("QUARRY_URL")
      ->capture_default_str();
  worker_verb->add_option("--tags", worker.tags, "what it has, such as device=phone")
      ->delimiter(',');
  worker_verb->add_option("--name", worker.name, "its name at the server; by default host and pid");
  worker_verb
      ->add_option("--lease", worker.lease_s,
                   "seconds without a heartbeat until the server gives its task to another")
      ->check(CLI::Range(1.0, 86400.0))
      ->capture_default_str();
  worker_verb->add_option("--supernets", supernet_folder,
                          "folder with supernets beside the built-in ones");

  SubmitOptions submission;
  bool watch_after = false;
  CLI::App* submit_verb = cli.add_subcommand("submit", "start a study; prints its id");
  add_url(submit_verb);
  submit_verb->add_option("file", submission.file, "the study as JSON; - reads stdin");
  submit_verb->add_option("--supernet", submission.supernet, "instead of a file: what to search");
  submit_verb->add_option("--objective", submission.objectives,
                          "METRIC or METRIC:maximize; repeat for more");
  submit_verb->add_option("--name", submission.name, "name of the study");
  submit_verb->add_option("--algorithm", submission.algorithm, "search algorithm");
  submit_verb->add_option("--trials", submission.trials, "trials to make at most");
  submit_verb->add_option("--seconds", submission.seconds, "seconds to search at most");
  submit_verb->add_option("--seed", submission.seed, "same seed and measurements, same trials");
  submit_verb->add_option("--seeds", submission.seeds_file,
                          "file of networks to measure first: an array of configs, or a front as "
                          "'front --json' prints it; - reads stdin");
  submit_verb
      ->add_option("--warm-start", submission.warm_starts,
                   "study of the same server whose front is measured first; repeat for more")
      ->allow_extra_args(false);
  submit_verb->add_flag("--watch", watch_after, "follow it to its end");

  std::string study;
  CLI::App* watch_verb = cli.add_subcommand("watch", "follow a study to its end");
  add_url(watch_verb);
  watch_verb->add_option("study", study, "its id")->required();

  ListOptions listed;
  CLI::App* list_verb = cli.add_subcommand("list", "the studies of a server, newest first");
  add_url(list_verb);
  list_verb->add_option("--state", listed.state, "only those in this state");
  list_verb->add_option("--tag", listed.tag, "only those with this tag");
  list_verb->add_option("--name", listed.name, "only those with this in their name");
  list_verb->add_flag("--json", listed.as_json, "as JSON");

  std::vector<CLI::App*> plain_verbs;
  for (const auto& [verb, help] : std::initializer_list<std::pair<const char*, const char*>>{
           {"pause", "let what is under way end, start nothing more"},
           {"resume", "go on exactly where a paused study stands; start a draft"},
           {"stop", "end the search, keep and test what it found"},
           {"cancel", "end a study at once, untested"}}) {
    plain_verbs.push_back(cli.add_subcommand(verb, help));
    add_url(plain_verbs.back());
    plain_verbs.back()->add_option("study", study, "its id")->required();
  }
  CLI::App* delete_verb = cli.add_subcommand("delete", "forget a study that has ended");
  add_url(delete_verb);
  delete_verb->add_option("study", study, "its id")->required();
  std::string changes;
  CLI::App* clone_verb = cli.add_subcommand("clone", "start a study like another; prints its id");
  add_url(clone_verb);
  clone_verb->add_option("study", study, "the other's id")->required();
  clone_verb->add_option("--changes", changes, "what differs, as JSON: {\"seed\": 7}");
  std::optional<std::int64_t> more_trials;
  std::optional<double> more_seconds;
  CLI::App* extend_verb =
      cli.add_subcommand("extend", "give a study more budget; a completed one goes on");
  add_url(extend_verb);
  extend_verb->add_option("study", study, "its id")->required();
  extend_verb->add_option("--trials", more_trials, "how many more");
  extend_verb->add_option("--seconds", more_seconds, "how many more");
  std::string config_file;
  CLI::App* enqueue_verb = cli.add_subcommand("enqueue", "have a network measured next");
  add_url(enqueue_verb);
  enqueue_verb->add_option("study", study, "the study's id")->required();
  enqueue_verb->add_option("config", config_file, "file with its config as JSON; - reads stdin")
      ->required();

  ExportOptions exported;
  CLI::App* export_verb = cli.add_subcommand("export", "a chosen trial as a file to take away");
  add_url(export_verb);
  export_verb->add_option("study", exported.study, "the study's id")->required();
  export_verb->add_option("trial", exported.trial, "its number")
      ->required()
      ->check(CLI::NonNegativeNumber);
  export_verb
      ->add_option("--format", exported.format,
                   "quarry: what measure --config reads; dynast: DyNAS-T's dict; policy: precision "
                   "of every operator; card: all that is known, and the command that measures it "
                   "again")
      ->check(CLI::IsMember({"quarry", "dynast", "policy", "card"}))
      ->capture_default_str();
  export_verb->add_option("-o,--output", exported.file, "a file; stdout without it");

  bool as_json = false;
  bool as_csv = false;
  CLI::App* front_verb =
      cli.add_subcommand("front", "the Pareto front of a study beside its baselines");
  add_url(front_verb);
  front_verb->add_option("study", study, "its id")->required();
  CLI::Option* json_flag = front_verb->add_flag("--json", as_json, "as JSON");
  front_verb->add_flag("--csv", as_csv, "as CSV")->excludes(json_flag);
  FrontQuery front_query;
  front_verb
      ->add_option("--where", front_query.where,
                   "only members for which this holds, such as \"latency_ms <= 10\"; repeat for "
                   "more")
      ->allow_extra_args(false);
  CLI::Option* best_option =
      front_verb->add_option("--best", front_query.best, "name the best of them in this metric");
  front_verb
      ->add_option("--within", front_query.within,
                   "that loses at most so much of another, such as accuracy:0.5% or accuracy:0.005")
      ->needs(best_option);
  front_verb->add_flag("--knee", front_query.knee, "name the knee of them")->excludes(best_option);

  MeasureOptions measured;
  CLI::App* measure_verb =
      cli.add_subcommand("measure", "measure one network on this machine, without a server");
  measure_verb
      ->add_option("supernet", measured.supernet,
                   "its supernet: a built-in one, or a manifest file")
      ->required();
  CLI::Option* config_option =
      measure_verb->add_option("--config", measured.config_file, "file with its config as JSON");
  measure_verb
      ->add_option("--baseline", measured.baseline,
                   "a baseline of the manifest (its first, unless --config is given)")
      ->excludes(config_option);
  measure_verb->add_flag("--full", measured.full, "also accuracy on the official test set");
  measure_verb->add_option("--images", measured.images, "validation images to use; 0 = all")
      ->check(CLI::Range(0, 10000000));
  measure_verb->add_option("--batch", measured.batch, "batch of the latency; 0 = the manifest's")
      ->check(CLI::Range(0, 4096));
  measure_verb->add_option("--threads", measured.threads, "threads of the latency")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  measure_verb
      ->add_option("--confidence-width", measured.confidence_width,
                   "repeat until the median is known to this share of it")
      ->check(CLI::Range(0.0001, 1.0))
      ->capture_default_str();
  measure_verb->add_option("--max-seconds", measured.max_seconds, "stop repeating after this long")
      ->check(CLI::Range(0.01, 3600.0))
      ->capture_default_str();
  measure_verb->add_option("--cache", measured.cache, "cold flushes all caches before each sample")
      ->check(CLI::IsMember({"warm", "cold"}))
      ->capture_default_str();
  measure_verb
      ->add_option("--priority", measured.priority,
                   "realtime keeps other work off the cores while measuring")
      ->check(CLI::IsMember({"realtime", "normal"}))
      ->capture_default_str();
  bool predict = false;
  measure_verb->add_flag("--predict", predict,
                         "also what the server at --url predicts from the times of operators");
  add_url(measure_verb);
  measure_verb->add_flag("--steps", measured.steps, "the steps of each operator in its table");
  CLI::Option* measure_json = measure_verb->add_flag("--json", measured.as_json, "as JSON");
  measure_verb
      ->add_flag("--sensitivity", measured.sensitivity, "what each operator's precision costs")
      ->excludes(measure_json);

  OperatorsOptions operators;
  CLI::App* operators_verb =
      cli.add_subcommand("operators", "how long operators take, as a server's measurements found");
  add_url(operators_verb);
  operators_verb->add_option("--supernet", operators.supernet,
                             "only those of this built-in one's networks");
  operators_verb->add_flag("--json", operators.as_json, "as JSON");

  PrecisionsOptions precisions;
  CLI::App* precisions_verb = cli.add_subcommand(
      "precisions", "what leaving f32 gains on this machine, and what a study need not search");
  precisions_verb->add_option("supernet", precisions.supernet, "a built-in one")->required();
  precisions_verb->add_option("--batch", precisions.batch, "batch; 0 = the manifest's")
      ->check(CLI::Range(0, 4096));
  precisions_verb->add_option("--threads", precisions.threads, "threads of every operator")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  precisions_verb->add_flag("--json", precisions.as_json, "only the genes that gain nothing");

  ImportOptions import;
  CLI::App* import_verb =
      cli.add_subcommand("import", "send measurements from a file to a server; prints their id");
  add_url(import_verb);
  import_verb->add_option("file", import.file, "CSV (DyNAS-T's too) or JSON lines; - reads stdin")
      ->required();
  import_verb->add_option("--supernet", import.supernet, "whose networks they are")->required();
  import_verb
      ->add_option("--column", import.columns,
                   "\"COLUMN=TARGET\": config, genome, a gene, ignore, or a metric such as "
                   "\"Top-1 Acc (%)=accuracy*0.01\"; repeat for more")
      ->allow_extra_args(false);
  import_verb->add_option("--fingerprint", import.fingerprint, "the machine that measured them");
  import_verb->add_option("--name", import.name, "name of the import");
  import_verb->add_option("--format", import.format, "instead of what the file looks like")
      ->check(CLI::IsMember({"auto", "dynast", "csv", "jsonl"}));
  import_verb->add_flag("--dry-run", import.dry_run, "say what would be taken, store nothing");
  import_verb->add_flag("--json", import.as_json, "as JSON");

  std::string import_id;
  bool delete_it = false;
  CLI::App* imports_verb = cli.add_subcommand("imports", "the imports of a server");
  add_url(imports_verb);
  CLI::Option* import_id_option =
      imports_verb->add_option("id", import_id, "one of them: what it took, what not and why");
  CLI::Option* imports_json = imports_verb->add_flag("--json", as_json, "as JSON");
  imports_verb->add_flag("--delete", delete_it, "take it away")
      ->needs(import_id_option)
      ->excludes(imports_json);

  std::string manifest;
  std::string supernet;
  CLI::App* supernets_verb =
      cli.add_subcommand("supernets", "what can be searched; checks and adds your own");
  supernets_verb->require_subcommand(0, 1);
  CLI::App* show_verb = supernets_verb->add_subcommand("show", "sizes and extremes of one");
  show_verb->add_option("name", supernet, "a built-in one")->required();
  CLI::App* check_verb = supernets_verb->add_subcommand(
      "check", "every mistake of a manifest, or its sizes and extremes");
  check_verb->add_option("file", manifest, "the manifest as JSON; - reads stdin")->required();
  CLI::App* schema_verb =
      supernets_verb->add_subcommand("schema", "the manifest format as a JSON Schema");
  CLI::App* add_verb = supernets_verb->add_subcommand("add", "send a manifest to a server");
  add_url(add_verb);
  add_verb->add_option("file", manifest, "the manifest as JSON; - reads stdin")->required();

  std::string entry;
  CLI::App* algorithms_verb =
      cli.add_subcommand("algorithms", "what each search algorithm is and when to choose it");
  algorithms_verb->add_option("name", entry, "one of them, with its options");
  CLI::App* models_verb =
      cli.add_subcommand("models", "what kinds of model a predictor can be made of");
  models_verb->add_option("name", entry, "one of them, with its options");
  const PredictorVerbs predictors(cli);
  const ArchiveVerbs archives(cli);

  std::string token_name;
  std::string token_scope = "read";
  std::string token_id;
  CLI::App* token_verb = cli.add_subcommand("token", "who may use a server beyond loopback");
  token_verb->require_subcommand(1);
  CLI::App* token_create = token_verb->add_subcommand("create", "make one; it is shown once");
  add_data(token_create);
  token_create->add_option("name", token_name, "what it is for")->required();
  token_create->add_option("--scope", token_scope, "read, worker or admin")->capture_default_str();
  CLI::App* token_list = token_verb->add_subcommand("list", "those that were made");
  add_data(token_list);
  token_list->add_flag("--json", as_json, "as JSON");
  CLI::App* token_revoke = token_verb->add_subcommand("revoke", "take one back");
  add_data(token_revoke);
  token_revoke->add_option("id", token_id, "its id")->required();
  std::string backup_file;
  CLI::App* backup_verb =
      cli.add_subcommand("backup", "copy the database, whole and checked, while it is used or not");
  add_data(backup_verb);
  backup_verb->add_option("file", backup_file, "a new file")->required();

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
    if (*serve_verb || *demo_verb) {
      if (!parse_listen(listen, app)) {
        std::cerr << "quarry: --listen must be ADDRESS:PORT such as 127.0.0.1:8080, got " << listen
                  << "\n";
        return 2;
      }
      return *serve_verb ? serve(app) : run_demo(app, exit_after);
    }
    if (*worker_verb) {
      if (worker.name.empty()) worker.name = default_worker_name();
      return work(client(), worker, supernet_folder);
    }
    if (*submit_verb) {
      const bool has_file = !submission.file.empty();
      if (has_file == !submission.supernet.empty()) {
        std::cerr << "quarry submit: give either a file or --supernet with --objective\n";
        return 2;
      }
      if (submission.file == "-" && submission.seeds_file == "-") {
        std::cerr << "quarry submit: stdin can be the study or the seeds, not both; give one of "
                     "them as a file\n";
        return 2;
      }
      const HttpClient server = client();
      std::string id;
      const int code = submit(server, submission, id);
      return code == 0 && watch_after ? watch(server, id) : code;
    }
    if (*watch_verb) return watch(client(), study);
    if (*list_verb) return list_studies(client(), listed);
    for (const CLI::App* verb : plain_verbs) {
      if (*verb) return act_on_study(client(), study, verb->get_name());
    }
    if (*delete_verb) return delete_study(client(), study);
    if (*clone_verb) return clone_study(client(), study, changes);
    if (*extend_verb) return extend_study(client(), study, more_trials, more_seconds);
    if (*enqueue_verb) return enqueue_trial(client(), study, config_file);
    if (*export_verb) return export_trial(client(), exported);
    if (*front_verb)
      return front(client(), study,
                   as_json  ? FrontFormat::kJson
                   : as_csv ? FrontFormat::kCsv
                            : FrontFormat::kTable,
                   1000000, front_query);
    if (*token_create) return create_token(app.data_folder, token_name, token_scope);
    if (*token_list) return list_tokens(app.data_folder, as_json);
    if (*token_revoke) return revoke_token(app.data_folder, token_id);
    if (*backup_verb) return backup(app.data_folder, backup_file);
    if (*import_verb) return import_file(client(), import);
    if (*imports_verb)
      return delete_it ? delete_import(client(), import_id)
                       : show_imports(client(), import_id, as_json);
    if (*precisions_verb) return print_precisions(precisions);
    if (*operators_verb) return list_operators(client(), operators);
    if (*show_verb) return show_supernet(supernet);
    if (*check_verb) return check_supernet(manifest);
    if (*schema_verb) return print_manifest_schema();
    if (*add_verb) return add_supernet(client(), manifest);
    if (*supernets_verb) return list_supernets();
    if (*algorithms_verb) return print_algorithms(entry);
    if (*models_verb) return print_models(entry);
    if (predictors.chosen()) return predictors.run();
    if (archives.chosen()) return archives.run();
    if (predict) measured.predict_url = url;
    return measure(measured);
  } catch (const std::exception& error) {
    std::cerr << "quarry: " << error.what() << "\n";
    return 1;
  }
}
