// The flags of the verbs about studies. What they do is in client_commands.cpp and
// study_commands.cpp. Tested end to end by tests/e2e/command_test.cpp.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "server/cli/commands.hpp"
#include "server/cli/completion.hpp"
#include "server/cli/verbs.hpp"

namespace quarry::server {
namespace {

// action(client, id, as_json) of a verb whose first argument is a study of the server.
template <typename Action>
CLI::App* add_on_study(Verbs& verbs, const char* name, const char* help, Action action) {
  auto study = std::make_shared<std::string>();
  auto as_json = std::make_shared<bool>(false);
  CLI::App* verb = verbs.add(name, help, [&verbs, study, as_json, action = std::move(action)] {
    int code = kDone;
    const auto id = find_study_id(verbs.client(), *study, code);
    return id ? action(verbs.client(), *id, *as_json) : code;
  });
  verbs.add_server(verb);
  verb->add_option("study", *study, "its id or name")->required()->type_name(kStudyArgument);
  verb->add_flag("--json", *as_json, "as JSON");
  return verb;
}

int submit_and_watch(const HttpClient& client, const SubmitOptions& options, bool watch_after) {
  if (options.file.empty() == options.supernet.empty()) {
    std::cerr << "quarry submit: give either a file or --supernet with --objective\n";
    return kWronglyUsed;
  }
  if (options.file == "-" && options.seeds_file == "-") {
    std::cerr << "quarry submit: stdin can be the study or the seeds, not both; give one of them "
                 "as a file\n";
    return kWronglyUsed;
  }
  std::string id;
  const int code = submit(client, options, id);
  return code == kDone && watch_after ? watch(client, id, options.as_json) : code;
}

void add_submit(Verbs& verbs) {
  auto options = std::make_shared<SubmitOptions>();
  auto watch_after = std::make_shared<bool>(false);
  CLI::App* verb =
      verbs.add("submit", "start a study; prints its id", [&verbs, options, watch_after] {
        return submit_and_watch(verbs.client(), *options, *watch_after);
      });
  verbs.add_server(verb);
  verb->add_option("file", options->file, "the study as JSON; - reads stdin")
      ->type_name(kFileArgument);
  verb->add_option("--supernet", options->supernet, "instead of a file: what to search")
      ->type_name(kSupernetArgument);
  verb->add_option("--objective", options->objectives, "METRIC or METRIC:maximize; repeat for more")
      ->type_name(kMetricArgument);
  verb->add_option("--name", options->name, "name of the study");
  verb->add_option("--algorithm", options->algorithm, "search algorithm")
      ->type_name(kAlgorithmArgument);
  verb->add_option("--trials", options->trials, "trials to make at most");
  verb->add_option("--seconds", options->seconds, "seconds to search at most");
  verb->add_option("--seed", options->seed, "same seed and measurements, same trials");
  verb->add_option("--seeds", options->seeds_file,
                   "file of networks to measure first: an array of configs, or a front as 'front "
                   "--json' prints it; - reads stdin")
      ->type_name(kFileArgument);
  verb->add_option("--warm-start", options->warm_starts,
                   "study of the same server whose front is measured first; repeat for more")
      ->type_name(kStudyArgument)
      ->allow_extra_args(false);
  verb->add_flag("--watch", *watch_after, "follow it to its end");
  verb->add_flag("--json", options->as_json, "the new study as JSON; with --watch its events too");
}

void add_list(Verbs& verbs) {
  auto options = std::make_shared<ListOptions>();
  CLI::App* verb = verbs.add("list", "the studies of a server, newest first",
                             [&verbs, options] { return list_studies(verbs.client(), *options); });
  verbs.add_server(verb);
  verb->add_option("--state", options->state, "only those in this state")
      ->type_name(kStateArgument);
  verb->add_option("--tag", options->tag, "only those with this tag");
  verb->add_option("--name", options->name, "only those with this in their name");
  add_list_flags(verb, options->flags, "priority > 1 OR tags : night", "hypervolume desc");
}

// Those that need no more than the study.
void add_plain(Verbs& verbs) {
  const std::pair<const char*, const char*> kPlain[] = {
      {"pause", "let what is under way end, start nothing more"},
      {"resume", "go on exactly where a paused study stands; start a draft"},
      {"stop", "end the search, keep and test what it found"},
      {"cancel", "end a study at once, untested"}};
  for (const auto& [name, help] : kPlain) {
    add_on_study(verbs, name, help,
                 [verb = std::string(name)](const HttpClient& client, const std::string& study,
                                            bool as_json) {
                   return act_on_study(client, study, verb, as_json);
                 });
  }
  add_on_study(verbs, "delete", "forget a study that has ended", &delete_study);
}

void add_changing(Verbs& verbs) {
  auto changes = std::make_shared<std::string>();
  add_on_study(verbs, "clone", "start a study like another; prints its id",
               [changes](const HttpClient& client, const std::string& study, bool as_json) {
                 return clone_study(client, study, *changes, as_json);
               })
      ->add_option("--changes", *changes, "what differs, as JSON: {\"seed\": 7}");
  auto trials = std::make_shared<std::optional<std::int64_t>>();
  auto seconds = std::make_shared<std::optional<double>>();
  CLI::App* extend = add_on_study(
      verbs, "extend", "give a study more budget; a completed one goes on",
      [trials, seconds](const HttpClient& client, const std::string& study, bool as_json) {
        return extend_study(client, study, *trials, *seconds, as_json);
      });
  extend->add_option("--trials", *trials, "how many more");
  extend->add_option("--seconds", *seconds, "how many more");
  auto config = std::make_shared<std::string>();
  add_on_study(verbs, "enqueue", "have a network measured next",
               [config](const HttpClient& client, const std::string& study, bool as_json) {
                 return enqueue_trial(client, study, *config, as_json);
               })
      ->add_option("config", *config, "file with its config as JSON; - reads stdin")
      ->required()
      ->type_name(kFileArgument);
}

void add_front(Verbs& verbs) {
  auto query = std::make_shared<FrontQuery>();
  auto as_csv = std::make_shared<bool>(false);
  CLI::App* verb =
      add_on_study(verbs, "front", "the Pareto front of a study beside its baselines",
                   [=](const HttpClient& client, const std::string& study, bool as_json) {
                     return front(client, study,
                                  as_json   ? FrontFormat::kJson
                                  : *as_csv ? FrontFormat::kCsv
                                            : FrontFormat::kTable,
                                  1000000, *query);
                   });
  verb->add_flag("--csv", *as_csv, "as CSV")->excludes("--json");
  verb->add_option("--where", query->where,
                   "only members for which this holds, such as \"latency_ms <= 10\"; repeat for "
                   "more")
      ->allow_extra_args(false);
  CLI::Option* best =
      verb->add_option("--best", query->best, "name the best of them in this metric")
          ->type_name(kMetricArgument);
  verb->add_option("--within", query->within,
                   "that loses at most so much of another, such as accuracy:0.5% or accuracy:0.005")
      ->needs(best);
  verb->add_flag("--knee", query->knee, "name the knee of them")->excludes(best);
}

}  // namespace

void add_study_verbs(Verbs& verbs) {
  add_submit(verbs);
  add_on_study(verbs, "watch", "follow a study to its end", &watch);
  add_list(verbs);
  add_on_study(verbs, "show", "one study: what it searches, how far it is, its history",
               &show_study);
  add_plain(verbs);
  add_changing(verbs);
  add_front(verbs);
}

}  // namespace quarry::server
