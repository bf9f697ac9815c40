// trials, measurements, fingerprints and workers: what a server knows, with the filters and orders
// of its lists. Tested end to end by tests/e2e/command_test.cpp.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "server/cli/completion.hpp"
#include "server/cli/exit_code.hpp"
#include "server/cli/front_report.hpp"
#include "server/cli/lookups.hpp"
#include "server/cli/study_report.hpp"
#include "server/cli/verbs.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

int print_list(const HttpClient& client, const std::string& path, const std::string& query,
               const ListFlags& flags, std::string (*text)(const json&)) {
  int code = kDone;
  const auto items = fetch_items(client, path, query + query_text(flags), flags.limit, code);
  if (!items) return code;
  std::cout << (flags.as_json ? items->dump(2) + "\n" : text(*items));
  return kDone;
}

std::string trial_csv(const json& trials) {
  return front_csv({{"items", trials}, {"baselines", json::array()}});
}

void add_trials(Verbs& verbs) {
  auto study = std::make_shared<std::string>();
  auto flags = std::make_shared<ListFlags>();
  auto as_csv = std::make_shared<bool>(false);
  CLI::App* verb = verbs.add("trials", "the trials of a study", [=, &verbs] {
    int code = kDone;
    const auto id = find_study_id(verbs.client(), *study, code);
    if (!id) return code;
    return print_list(verbs.client(), "/v1/studies/" + *id + "/trials", "", *flags,
                      *as_csv ? &trial_csv : &trial_table);
  });
  verbs.add_server(verb);
  verb->add_option("study", *study, "its id or name")->required()->type_name(kStudyArgument);
  add_list_flags(verb, *flags, "state = succeeded AND latency_ms <= 10", "accuracy desc");
  verb->add_flag("--csv", *as_csv, "as CSV")->excludes("--json");
}

struct MeasurementFlags {
  std::string supernet;
  std::string metric;
  std::string fingerprint;
  std::string study;
  ListFlags list{.filter = {}, .order_by = {}, .limit = 50, .as_json = false};
};

void add_measurements(Verbs& verbs) {
  auto flags = std::make_shared<MeasurementFlags>();
  CLI::App* verb = verbs.add("measurements", "what was ever measured, newest first", [=, &verbs] {
    int code = kDone;
    std::string study;
    if (!flags->study.empty()) {
      const auto id = find_study_id(verbs.client(), flags->study, code);
      if (!id) return code;
      study = *id;
    }
    return print_list(
        verbs.client(), "/v1/measurements",
        query_part("supernet", flags->supernet) + query_part("metric", flags->metric) +
            query_part("fingerprint", flags->fingerprint) + query_part("study", study),
        flags->list, &measurement_table);
  });
  verbs.add_server(verb);
  verb->add_option("--supernet", flags->supernet, "only of this supernet")
      ->type_name(kSupernetArgument);
  verb->add_option("--metric", flags->metric, "only of this metric")->type_name(kMetricArgument);
  verb->add_option("--fingerprint", flags->fingerprint, "only on this machine");
  verb->add_option("--study", flags->study, "only of this study")->type_name(kStudyArgument);
  add_list_flags(verb, flags->list, "value > 0.9 AND samples >= 10", "value desc");
}

void add_simple(Verbs& verbs, const char* name, const char* help, const char* example,
                const char* order, std::string (*text)(const json&)) {
  auto flags = std::make_shared<ListFlags>();
  CLI::App* verb = verbs.add(name, help, [=, &verbs] {
    return print_list(verbs.client(), std::string("/v1/") + name, "", *flags, text);
  });
  verbs.add_server(verb);
  add_list_flags(verb, *flags, example, order);
}

}  // namespace

void add_list_flags(CLI::App* verb, ListFlags& flags, const std::string& filter,
                    const std::string& order) {
  verb->add_option("--filter", flags.filter,
                   "only those for which it holds, as in \"" + filter + "\"");
  verb->add_option("--order-by", flags.order_by,
                   "fields with commas between, as in \"" + order + "\"");
  verb->add_option("--limit", flags.limit, "as many at most; 0 = all")->capture_default_str();
  verb->add_flag("--json", flags.as_json, "as JSON");
}

void add_list_verbs(Verbs& verbs) {
  add_trials(verbs);
  add_measurements(verbs);
  add_simple(verbs, "fingerprints", "the machines that measured", "threads = 1",
             "measurements desc", &machine_table);
  add_simple(verbs, "workers", "who works for a server, on what", "kind = remote", "name",
             &worker_table);
}

}  // namespace quarry::server
