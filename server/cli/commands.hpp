// The quarry command's verbs. Each is a client of the REST API, but for `measure`, `algorithms`,
// `models` and most of `supernets`, which need no server. A verb gives the process's exit code
// (exit_code.hpp); as_json: the API's own document on stdout in place of text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "evaluators/supernet_library.hpp"
#include "server/cli/exit_code.hpp"
#include "server/cli/lookups.hpp"
#include "server/http/client.hpp"

namespace quarry::server {

struct SubmitOptions {
  std::string file;  // a study as JSON; "-" reads stdin; empty: made from the flags below
  std::string supernet;
  std::vector<std::string> objectives;  // "accuracy" or "latency_ms:minimize"
  std::string name;
  std::string algorithm;
  std::optional<std::int64_t> trials;
  std::optional<double> seconds;
  std::optional<std::int64_t> seed;
  std::string seeds_file;                // networks to measure first; "-" reads stdin
  std::vector<std::string> warm_starts;  // studies whose fronts are measured first
  bool as_json = false;
};

// Prints the new study's id, alone on stdout, and gives it in `id`. What is taken of the fronts
// that it starts from goes to stderr.
int submit(const HttpClient& client, SubmitOptions options, std::string& id);

// Follows a study to its end: a progress bar on a terminal, a line every tenth of the budget
// elsewhere; as_json: its events, one a line. Goes on where it was when the server comes back
// within five minutes. 0 when it was completed.
int watch(const HttpClient& client, const std::string& study, bool as_json = false);

enum class FrontFormat { kTable, kJson, kCsv };
// Which members, and which of them to take, as GET /v1/studies/{id}/front understands it.
struct FrontQuery {
  std::vector<std::string> where;  // "latency_ms<=10"
  std::string best;                // a metric
  std::string within;              // "accuracy:0.5%"
  bool knee = false;
};
// limit: rows of the table at most.
int front(const HttpClient& client, const std::string& study, FrontFormat format,
          std::size_t limit = 1000000, const FrontQuery& query = {});

// One verb of a study ("pause", "cancel", ...) with its body; prints the state that it is in now.
int act_on_study(const HttpClient& client, const std::string& study, const std::string& verb,
                 bool as_json, const std::string& body = "");
int delete_study(const HttpClient& client, const std::string& study, bool as_json);
// Prints the copy's id. changes: a JSON merge patch to the study's document; may be empty.
int clone_study(const HttpClient& client, const std::string& study, const std::string& changes,
                bool as_json);
int extend_study(const HttpClient& client, const std::string& study,
                 std::optional<std::int64_t> trials, std::optional<double> seconds, bool as_json);
// config_file: the network's config as JSON; "-" reads stdin.
int enqueue_trial(const HttpClient& client, const std::string& study,
                  const std::string& config_file, bool as_json);
// One study: what it searches, how far it is, what became of it when.
int show_study(const HttpClient& client, const std::string& study, bool as_json);

struct ListOptions {
  std::string state;
  std::string tag;
  std::string name;  // a part of it
  ListFlags flags;
};
int list_studies(const HttpClient& client, const ListOptions& options);

// Evaluates a server's tasks until SIGINT or SIGTERM. folder: supernets beside the built-in ones,
// as in a server's data folder; may be empty.
struct WorkerOptions;
int work(const HttpClient& client, const WorkerOptions& options, const std::string& folder);

struct MeasureOptions {
  std::string supernet;
  std::string config_file;  // JSON config; empty: the baseline below
  std::string baseline;     // name; empty: the manifest's first
  bool full = false;        // also on the official test set
  std::int64_t images = 0;  // of the validation split; 0 = all
  std::int64_t batch = 0;   // of the latency; 0 = the manifest's
  std::int64_t threads = 1;
  double confidence_width = 0.01;  // of the latency, as the evaluator onednn describes these
  double max_seconds = 2.0;
  std::string cache = "warm";
  std::string priority = "realtime";
  bool steps = false;  // the steps of each operator too
  bool as_json = false;
  bool sensitivity = false;  // what each operator's precision costs
  // A server whose times of operators predict the latency, beside what is measured; empty: none.
  std::string predict_url;
};
int measure(const MeasureOptions& options);

// Operators in rows: what leaving f32 does to loss and answers, and what it saves.
int print_sensitivity(const evaluators::LoadedSupernet& supernet, const search::Genome& genome,
                      std::size_t images);

struct ImportOptions {
  std::string file;  // "-" reads stdin
  std::string supernet;
  std::vector<std::string> columns;  // rules, "COLUMN=TARGET"
  std::string fingerprint;
  std::string name;
  std::string format;  // empty: what the file looks like
  bool dry_run = false;
  bool as_json = false;
};
// Sends a file of measurements to a server. Prints the import's id, alone on stdout, and what was
// taken on stderr; of a dry run only the latter, on stdout.
int import_file(const HttpClient& client, const ImportOptions& options);
// All imports of a server or, with an id, what one took.
int show_imports(const HttpClient& client, const std::string& id, bool as_json);
int delete_import(const HttpClient& client, const std::string& id, bool as_json);

struct PrecisionsOptions {
  std::string supernet;
  std::int64_t batch = 0;  // 0 = the manifest's
  std::int64_t threads = 1;
  bool as_json = false;  // only what a study need not search
};
// What each precision gene of a supernet gains on this machine.
int print_precisions(const PrecisionsOptions& options);

// The supernets inside the binary; one of them with its sizes and extremes; the same of a manifest
// ("-" reads stdin), or every mistake in it; sending a manifest to a server, whose name for it is
// printed.
int list_supernets(bool as_json);
int show_supernet(const std::string& name, bool as_json);
int check_supernet(const std::string& path, bool as_json);
int print_manifest_schema();
int add_supernet(const HttpClient& client, const std::string& path, bool as_json);

struct OperatorsOptions {
  std::string supernet;  // only steps of its networks; empty: all
  bool as_json = false;
};
// The times of operators that the server's measurements left.
int list_operators(const HttpClient& client, const OperatorsOptions& options);

// The registry's words on all of them or, with its options, on the one of this name.
int print_algorithms(const std::string& name, bool as_json);
int print_models(const std::string& name, bool as_json);

// The demo's story: submits a joint search, follows it, prints the front beside the baselines and
// where the network is sensitive.
int demo(const HttpClient& client);

// The problem document's detail and errors, one a line, on stderr.
void print_problem(const Response& response);

// The next work on the data folder itself, beside a server that runs on it or not.

// Prints the token, alone on stdout. scope: read, worker or admin.
int create_token(const std::string& data_folder, const std::string& name, const std::string& scope,
                 bool as_json);
int list_tokens(const std::string& data_folder, bool as_json);
int revoke_token(const std::string& data_folder, const std::string& id, bool as_json);

// Copies the database, whole and checked, into a new file.
int backup(const std::string& data_folder, const std::string& file, bool as_json);

}  // namespace quarry::server
