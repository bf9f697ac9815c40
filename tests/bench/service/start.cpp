// The start of a server on a million trials: those of studies that a server has made, copied in the
// database until there are so many. All but a few of the copies have ended; these were running.
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "tests/bench/service/sections.hpp"
#include "tests/support/quarry_process.hpp"

namespace quarry::bench {
namespace {

constexpr std::size_t kTrialsOfOne = 10000;
constexpr std::size_t kRunning = 2;

void run_sql(sqlite3* database, const std::string& sql) {
  char* error = nullptr;
  if (sqlite3_exec(database, sql.c_str(), nullptr, nullptr, &error) != SQLITE_OK)
    throw std::runtime_error(std::string(error) + " in " + sql);
}

// One study of 10,000 trials, still running.
std::string make_study(const std::string& data) {
  test::ServerProcess server(data);
  Connection connection(server.url());
  add_supernet(connection);
  const json study = connection.expect(201, "POST", "/v1/studies",
                                       external_study({{"name", "nsga2"}}, kTrialsOfOne + 64));
  drive(connection, study["id"], kTrialsOfOne);
  server.end(SIGTERM);
  return study["id"];
}

void copy_study(const std::string& data, const std::string& id, std::size_t copies) {
  sqlite3* database = nullptr;
  if (sqlite3_open((data + "/quarry.db").c_str(), &database) != SQLITE_OK)
    throw std::runtime_error("cannot open the database");
  run_sql(database, "PRAGMA synchronous = OFF");
  for (std::size_t i = 1; i < copies; ++i) {
    const std::string copy = "'" + id + fmt::format("{:04}", i) + "'";
    const std::string of = " WHERE study = '" + id + "'";
    const std::string state = i < kRunning ? "state" : "'completed'";
    run_sql(database, "BEGIN");
    run_sql(database,
            "INSERT INTO studies SELECT " + copy + ", name, spec, " + state +
                ", reason, created_at, elapsed_seconds, trials, hypervolume, budget, tags, notes, "
                "priority FROM studies WHERE id = '" +
                id + "'");
    run_sql(database,
            "INSERT INTO events SELECT " + copy + ", sequence, type, at, data FROM events" + of);
    run_sql(database, "INSERT INTO trials SELECT " + copy +
                          ", number, state, on_front, is_baseline, data FROM trials" + of);
    run_sql(database, "COMMIT");
  }
  sqlite3_close(database);
}

// running: of the studies.
double start_seconds(const std::string& data, std::size_t running, Report& report,
                     const std::string& what) {
  const Stopwatch watch;
  const test::ServerProcess server(data);
  Connection connection(server.url());
  connection.expect(200, "GET", "/readyz");
  const double seconds = watch.seconds();
  const json studies = connection.expect(200, "GET", "/v1/studies?state=running")["items"];
  if (studies.size() != running)
    throw std::runtime_error(fmt::format("{} studies run, not {}", studies.size(), running));
  // Until the running ones have been taken up: something can be asked of them again.
  for (const json& study : studies) {
    const std::string id = study["id"];
    const json asked =
        connection.expect(200, "POST", "/v1/studies/" + id + ":ask", {{"wait_s", 60}});
    if (asked["items"].empty()) throw std::runtime_error("study " + id + " does not go on");
  }
  report.add({.figure = "until every running study goes on, " + what,
              .value = watch.seconds(),
              .unit = "s",
              .target = "",
              .holds = {},
              .note = fmt::format("{} running", studies.size())});
  const double resident = resident_megabytes(server.pid());
  report.add({.figure = "resident memory then, " + what,
              .value = resident,
              .unit = "MB",
              .target = "< 300 MB",
              .holds = resident < 300.0,
              .note = ""});
  return seconds;
}

}  // namespace

void start_section(Report& report, const ServiceOptions& options) {
  const std::string data = options.folder + "/start";
  const std::size_t copies = options.stored_trials / kTrialsOfOne;
  const std::size_t running = std::clamp<std::size_t>(copies, 1, kRunning);
  copy_study(data, make_study(data), copies);
  const double gigabytes =
      static_cast<double>(std::filesystem::file_size(data + "/quarry.db")) / 1e9;
  const std::string what = fmt::format("{} trials in {} studies", copies * kTrialsOfOne, copies);
  for (const std::string cache : {"first start", "second start"}) {
    const double seconds = start_seconds(data, running, report, what + ", " + cache);
    report.add({.figure = "server start, " + what + ", " + cache,
                .value = seconds,
                .unit = "s",
                .target = "< 3 s",
                .holds = seconds < 3.0,
                .note = fmt::format("{:.1f} GB, {} of the studies running", gigabytes, running)});
  }
}

}  // namespace quarry::bench
