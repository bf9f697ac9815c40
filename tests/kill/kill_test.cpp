// A true server, killed at random instants and started again: in the middle of a write, before and
// after each, and by the clock. After every death the database is looked at; in the end the studies
// must be, to the byte, those of a server that was left alone. QUARRY_KILLS is how many instants,
// QUARRY_KILL_SEED what they are drawn from (0: the time).
#include <array>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "search/core/rng.hpp"
#include "tests/kill/database_copy.hpp"
#include "tests/support/ask_server.hpp"
#include "tests/support/follow.hpp"
#include "tests/support/quarry_process.hpp"
#include "tests/support/raw_http.hpp"
#include "tests/support/server.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;
using test::answer_of;
using test::ask_server;

// 160 networks, small, so that the server spends its time on what is tested.
const char* const kManifest = R"({
  "quarry_manifest": 1,
  "name": "mortal",
  "input": {"shape": [8, 8]},
  "parameters": [
    {"name": "depth", "kind": "ordinal", "choices": [1, 2]},
    {"name": "heads", "kind": "ordinal", "count": 2, "choices": [1, 2, 3, 4], "active_below": "depth"},
    {"name": "width", "kind": "ordinal", "choices": [8, 16, 24, 32]},
    {"name": "precision", "choices": ["f32", "int8"]}
  ],
  "network": [
    {"block": "patch_embedding", "name": "patch", "parameters": {"patch": 4, "dim": 8}},
    {"block": "transformer_encoder", "name": "layer", "repeat": "depth",
     "parameters": {"head_dim": 4, "heads": {"gene": "heads"}, "ffn_width": {"gene": "width"},
                    "fc1_precision": {"gene": "precision"}}},
    {"block": "classifier_head", "name": "head", "parameters": {"classes": 3}}
  ]
})";

// What somebody measured of all of them.
std::string results() {
  std::string text = "depth,heads[0],heads[1],width,precision,accuracy\n";
  for (int network = 0; network < 256; ++network) {
    const int depth = 1 + network % 2;
    const int first = 1 + network / 2 % 4;
    const int second = 1 + network / 8 % 4;
    const int width = 8 * (1 + network / 32 % 4);
    const bool is_f32 = network / 128 == 0;
    if (depth == 1 && second > 1) continue;  // there is no second layer
    const int percent = 40 + 9 * depth + 3 * first + 2 * second + width / 4 + (is_f32 ? 1 : 0);
    text += std::to_string(depth) + "," + std::to_string(first) + "," + std::to_string(second) +
            "," + std::to_string(width) + (is_f32 ? ",f32," : ",int8,") + "0." +
            std::to_string(percent) + "\n";
  }
  return text;
}

// One is measured by the server's own workers, one told by this program; what each finds depends on
// its networks alone, so both repeat exactly.
json measured_study(const std::string& import) {
  return {{"name", "measured"},
          {"supernet", "mortal"},
          {"objectives", {{{"metric", "accuracy"}}, {{"metric", "model_size_bytes"}}}},
          {"metrics", {{"accuracy", {{"evaluator", "table"}, {"import", import}}}}},
          {"algorithm",
           {{"name", "linas"}, {"population", 6}, {"batch", 3}, {"inner", {{"evaluations", 100}}}}},
          {"budget", {{"trials", 30}}},
          {"final_test", false}};
}
const json kTold = {{"name", "told"},
                    {"supernet", "mortal"},
                    {"objectives", {{{"metric", "accuracy"}}, {{"metric", "macs"}}}},
                    {"metrics", {{"accuracy", {{"evaluator", "external"}}}}},
                    {"algorithm", {{"name", "nsga2"}, {"population", 6}}},
                    {"in_flight", 6},
                    {"budget", {{"trials", 30}}},
                    {"final_test", false}};

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// ----------------------------------------------------------------------------------------------------------------
// the user of the server

// Depends on the network alone.
double accuracy_of(const json& genome) {
  double sum = 0.0;
  for (const json& gene : genome) sum += gene.get<double>();
  return sum / (sum + 30.0);
}

class User {
 public:
  // Submits what it knows no answer to, tells what it was given, follows both studies to their end.
  void use(const std::string& url) {
    if (ids_.size() < 2) submit_all(url);
    tell_what_was_given(url);
    while (ask_and_tell(url)) {
    }
    for (const auto& [name, id] : ids_) {
      if (test::follow(url, id)) continue;
      // The stream ended too early, since the server did: this cannot be answered.
      const json study = answer_of(ask_server(url, "GET", "/v1/studies/" + id), 200);
      REQUIRE(study["state"] == "completed");
    }
  }

  // By name, of the studies whose creation was acknowledged.
  const std::map<std::string, std::string>& ids() const { return ids_; }
  // By trial, what was acknowledged.
  const std::map<std::int64_t, double>& told() const { return told_; }

 private:
  // Supernets and imports that are there already are said to be.
  void submit_all(const std::string& url) {
    const Response supernet = HttpClient(url).request("POST", "/v1/supernets", kManifest);
    INFO(supernet.body);
    REQUIRE(supernet.status < 300);
    const Response import =
        ask_server(url, "POST", "/v1/imports", {{"supernet", "mortal"}, {"text", results()}});
    INFO(import.body);
    REQUIRE(import.status < 300);
    submit(url, "measured", measured_study(json::parse(import.body)["id"]));
    submit(url, "told", kTold);
  }

  void submit(const std::string& url, const std::string& name, const json& document) {
    if (ids_.contains(name)) return;
    // With a key: what the last server did and could not answer any more is not done again.
    const Response answer =
        test::post_with(url, "/v1/studies", "Idempotency-Key: " + name, document.dump());
    ids_[name] = answer_of(answer, 201)["id"];
  }

  void tell(const std::string& url, std::int64_t trial, std::int64_t token, const json& genome) {
    const double accuracy = accuracy_of(genome);
    const json body = {{"trial", trial}, {"token", token}, {"metrics", {{"accuracy", accuracy}}}};
    answer_of(ask_server(url, "POST", "/v1/studies/" + ids_["told"] + ":tell", body), 200);
    told_[trial] = accuracy;
  }

  // Leases whose answer was lost with the last server: the next one knows them.
  void tell_what_was_given(const std::string& url) {
    const json workers = answer_of(ask_server(url, "GET", "/v1/workers"), 200)["items"];
    for (const json& worker : workers) {
      if (worker["name"] != "user") continue;
      const json trials = answer_of(
          ask_server(url, "GET", "/v1/studies/" + ids_["told"] + "/trials?page_size=1000"),
          200)["items"];
      for (const json& task : worker["tasks"]) {
        const auto trial = task["trial"].get<std::size_t>();
        tell(url, task["trial"], task["token"], trials.at(trial)["genome"]);
      }
    }
  }

  // False when there is nothing to ask any more.
  bool ask_and_tell(const std::string& url) {
    const json body = {{"count", 2}, {"wait_s", 30}, {"worker", "user"}, {"lease_s", 600}};
    const Response answer = ask_server(url, "POST", "/v1/studies/" + ids_["told"] + ":ask", body);
    if (answer.status == 409) return false;
    const json leases = answer_of(answer, 200)["items"];
    for (const json& lease : leases) tell(url, lease["trial"], lease["token"], lease["genome"]);
    return true;
  }

  std::map<std::string, std::string> ids_;
  std::map<std::int64_t, double> told_;
};

// ----------------------------------------------------------------------------------------------------------------
// what must hold after every death

std::string trials_of(const test::DatabaseCopy& database, const std::string& name) {
  std::string text;
  for (const std::string& row : database.rows(
           "SELECT number, trials.state, on_front, is_baseline, data FROM trials JOIN studies ON "
           "study = id WHERE name = '" +
           name + "' ORDER BY number"))
    text += row + "\n";
  return text;
}

class Invariants {
 public:
  void check(const std::string& folder, const User& user) {
    if (!std::filesystem::exists(folder + "/quarry.db")) return;
    const test::DatabaseCopy database(folder);
    CHECK(database.value("PRAGMA integrity_check") == "ok");
    if (database.value("SELECT count(*) FROM sqlite_schema WHERE name = 'leases'") != "1") {
      REQUIRE(user.ids().empty());  // it died before its database was made
      return;
    }
    check_studies(database, user);
    check_log(database);
    check_trials(database);
    for (const auto& [trial, accuracy] : user.told())
      check_told(database, user.ids().at("told"), trial, accuracy);
  }

 private:
  // What was acknowledged is there, and what was sent again is there once.
  static void check_studies(const test::DatabaseCopy& database, const User& user) {
    for (const char* name : {"measured", "told"}) {
      const std::vector<std::string> ids =
          database.rows(std::string("SELECT id FROM studies WHERE name = '") + name + "'");
      CHECK(ids.size() <= 1);
      const auto known = user.ids().find(name);
      if (known != user.ids().end()) CHECK(ids == std::vector{known->second});
    }
  }

  // Without a gap, and what it said before it says still.
  void check_log(const test::DatabaseCopy& database) {
    CHECK(database
              .rows("SELECT study FROM events GROUP BY study HAVING max(sequence) <> count(*) "
                    "OR min(sequence) <> 1")
              .empty());
    const std::vector<std::string> events = database.rows(
        "SELECT study, sequence, type, at, data FROM events ORDER BY study, sequence");
    std::map<std::string, std::string> now;
    for (const std::string& event : events) {
      const std::size_t end = event.find('|', event.find('|') + 1);
      now[event.substr(0, end)] = event;
    }
    for (const auto& [place, event] : before_) {
      const auto found = now.find(place);
      INFO(event);
      REQUIRE(found != now.end());
      REQUIRE(found->second == event);
    }
    before_ = std::move(now);
  }

  // None is lost, none ends twice, none is measured twice, and the rows are what the log says.
  static void check_trials(const test::DatabaseCopy& database) {
    const auto none = [&](const std::string& sql) { CHECK(database.rows(sql).empty()); };
    none("SELECT study FROM trials GROUP BY study HAVING max(number) + 1 <> count(*)");
    none(
        "SELECT study, number FROM trials EXCEPT SELECT study, json_extract(data, '$.number') FROM "
        "events WHERE type = 'trial.created'");
    none(
        "SELECT study, json_extract(data, '$.number') FROM events WHERE type = 'trial.created' "
        "EXCEPT SELECT study, number FROM trials");
    for (const char* type : {"trial.created", "trial.measured", "trial.finished"})
      none(std::string("SELECT study, json_extract(data, '$.number') AS number FROM events WHERE "
                       "type = '") +
           type + "' GROUP BY study, number HAVING count(*) > 1");
    none("SELECT study, trial, metric FROM measurements GROUP BY 1, 2, 3 HAVING count(*) > 1");
    none(
        "SELECT study, number, state FROM trials WHERE state <> 'queued' EXCEPT SELECT study, "
        "json_extract(data, '$.number'), json_extract(data, '$.state') FROM events WHERE type = "
        "'trial.finished'");
    none(
        "SELECT id, trials FROM studies EXCEPT SELECT id, (SELECT count(*) FROM events WHERE study "
        "= id AND type = 'trial.finished') FROM studies");
    none("SELECT task FROM leases WHERE state = 'completed' GROUP BY task HAVING count(*) > 1");
  }

  static void check_told(const test::DatabaseCopy& database, const std::string& study,
                         std::int64_t trial, double accuracy) {
    INFO("trial " << trial);
    const std::string outcome =
        database.value("SELECT outcome FROM leases WHERE state = 'completed' AND study = '" +
                       study + "' AND trial = " + std::to_string(trial));
    REQUIRE_FALSE(outcome.empty());
    CHECK(json::parse(outcome)["metrics"]["accuracy"]["value"] == accuracy);
  }

  std::map<std::string, std::string> before_;
};

// ----------------------------------------------------------------------------------------------------------------

// How one life ends: by the n-th change of the database's files, or by the clock.
std::string draw_end(search::Rng& random) {
  constexpr std::array<const char*, 4> kMoments = {"before", "torn", "after", "clock"};
  const char* moment = kMoments[random.below(kMoments.size())];
  const bool by_clock = std::string(moment) == "clock";
  return std::to_string(1 + random.below(by_clock ? 600000 : 500)) + " " + moment;
}

constexpr int kKilled = 128 + SIGKILL;

// One life of a server on the folder; true when it lived to see both studies end. It ends by being
// killed, never of itself.
bool live(const std::string& folder, const std::string& end, User& user) {
  const std::vector<std::string> environment = {"LD_PRELOAD=" QUARRY_KILL_POINT,
                                                "QUARRY_KILL_AT=" + end};
  std::optional<test::ServerProcess> server;
  try {
    server.emplace(folder, environment);
    user.use(server->url());
    server->end(SIGKILL);
    return true;
  } catch (const ConnectionError& error) {
    INFO(error.what());
    CHECK(server->wait() == kKilled);
  } catch (const test::DidNotStart& error) {
    INFO(error.what());
    CHECK(error.code == kKilled);
  }
  return false;
}

std::map<std::string, std::string> left_alone() {
  const test::TemporaryFolder folder;
  User user;
  REQUIRE(live(folder.path(), "", user));
  const test::DatabaseCopy database(folder.path());
  return {{"measured", trials_of(database, "measured")}, {"told", trials_of(database, "told")}};
}

TEST_CASE("killed at random instants, studies go on by themselves to what they would have found") {
  const std::uint64_t kills = number_from("QUARRY_KILLS", 200);
  std::uint64_t seed = number_from("QUARRY_KILL_SEED", 1);
  if (seed == 0) seed = static_cast<std::uint64_t>(std::time(nullptr));
  std::cerr << "QUARRY_KILL_SEED=" << seed << ", " << kills << " instants\n";
  const std::map<std::string, std::string> expected = left_alone();
  search::Rng random(seed);
  std::uint64_t done = 0;
  std::map<std::string, int> ends;
  int rounds = 0;
  while (done < kills) {
    const test::TemporaryFolder folder;
    User user;
    Invariants invariants;
    ++rounds;
    for (bool ended = false; !ended; ++done) {
      const std::string end = draw_end(random);
      INFO("seed " << seed << ", instant " << done << ": " << end);
      ended = live(folder.path(), end, user);
      invariants.check(folder.path(), user);
      ++ends[ended                ? "after the end"
             : user.ids().empty() ? "starting"
                                  : end.substr(end.find(' ') + 1)];
    }
    const test::DatabaseCopy database(folder.path());
    for (const auto& [name, trials] : expected) {
      INFO("seed " << seed << ", after instant " << done);
      REQUIRE(trials_of(database, name) == trials);
    }
  }
  CHECK(ends["before"] + ends["torn"] + ends["after"] > 0);  // the kill point is at work
  std::cerr << done << " instants in " << rounds << " rounds:";
  for (const auto& [when, count] : ends) std::cerr << " " << when << " " << count << ",";
  std::cerr << " all studies ended as if left alone\n";
}

}  // namespace
}  // namespace quarry::server
