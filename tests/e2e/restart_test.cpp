// kill -9 in the middle of a study, start again, many times: it ends with the trials of a study
// that was never interrupted, and nothing was measured twice.
#include <sqlite3.h>

#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>

#include "server/http/client.hpp"
#include "tests/support/follow.hpp"
#include "tests/support/quarry_process.hpp"
#include "tests/support/server.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

// Latency is measured but no objective: what the search sees repeats exactly, so the continuation
// must too.
const json kStudy = {
    {"supernet", "fashion_vit"},
    {"objectives", {{{"metric", "accuracy"}}, {{"metric", "model_size_bytes"}}}},
    {"metrics",
     {{"accuracy", {{"images", 200}}}, {"latency_ms", {{"batch", 1}, {"max_seconds", 0.01}}}}},
    {"algorithm",
     {{"name", "linas"}, {"population", 10}, {"batch", 5}, {"inner", {{"evaluations", 500}}}}},
    {"budget", {{"trials", 24}}},
    {"final_test", false}};

std::string submit(const std::string& url) {
  const Response created = HttpClient(url).request("POST", "/v1/studies", kStudy.dump());
  REQUIRE(created.status == 201);
  return json::parse(created.body)["id"];
}

unsigned verb(const std::string& url, const std::string& id, const std::string& name) {
  return HttpClient(url).request("POST", "/v1/studies/" + id + ":" + name).status;
}

std::string trials_of(const std::string& url, const std::string& id) {
  std::string text;
  const json page = json::parse(
      HttpClient(url).request("GET", "/v1/studies/" + id + "/trials?page_size=1000").body);
  for (const json& trial : page["items"])
    text += trial["genome"].dump() + trial["state"].dump() +
            trial["metrics"]["accuracy"]["value"].dump() + "\n";
  return text;
}

std::string query(const std::string& folder, const char* sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open((folder + "/quarry.db").c_str(), &database) == SQLITE_OK);
  std::string text;
  const auto append = [](void* to, int, char** values, char**) {
    *static_cast<std::string*>(to) += values[0];
    return 0;
  };
  REQUIRE(sqlite3_exec(database, sql, append, &text, nullptr) == SQLITE_OK);
  sqlite3_close(database);
  return text;
}

TEST_CASE(
    "killed again and again, a study ends as if nothing had happened and measures nothing twice") {
  const test::TemporaryFolder calm;
  std::string expected;
  {
    test::ServerProcess server(calm.path());
    const std::string id = submit(server.url());
    REQUIRE(test::follow(server.url(), id, 1000000));
    expected = trials_of(server.url(), id);
    CHECK(server.end(SIGTERM) == 0);
  }

  const test::TemporaryFolder folder;
  std::string id;
  int lives = 0;
  int pauses = 0;
  bool paused = false;
  bool ended = false;
  // Each life sees a few more events than the log already holds, then dies without warning; every
  // other one while it is pausing.
  for (int patience = 5; !ended; patience += 13) {
    test::ServerProcess server(folder.path());
    if (id.empty()) id = submit(server.url());
    if (paused) {
      test::follow_until(server.url(), id, "paused", pauses);
      CHECK(verb(server.url(), id, "resume") == 202);
    }
    ended = test::follow(server.url(), id, patience);
    ++lives;
    if (ended) CHECK(trials_of(server.url(), id) == expected);
    paused = !ended && lives % 2 == 0 && verb(server.url(), id, "pause") == 202;
    pauses += paused ? 1 : 0;
    server.end(SIGKILL);
  }
  CHECK(lives > 4);
  CHECK(pauses > 1);
  CHECK(query(folder.path(), "PRAGMA integrity_check") == "ok");
  CHECK(query(folder.path(), "SELECT count(*) FROM measurements") == "48");
  CHECK(query(folder.path(),
              "SELECT count(*) FROM (SELECT DISTINCT trial, metric FROM measurements)") == "48");
  CHECK(query(folder.path(), "SELECT max(sequence) - count(*) FROM events") == "0");
}

}  // namespace
}  // namespace quarry::server
