// Latency at two places as two objectives: a worker process of each, one of which dies.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/support/ask_server.hpp"
#include "tests/support/follow.hpp"
#include "tests/support/quarry_process.hpp"
#include "tests/support/server.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;
using test::get;

// Options of their own, so that the answer of one is not the other's.
const json kStudy = {
    {"supernet", "fashion_vit"},
    {"objectives",
     {{{"metric", "latency_ms"}, {"on", "phone"}},
      {{"metric", "latency_ms"}, {"on", "laptop"}},
      {{"metric", "model_size_bytes"}}}},
    {"metrics",
     {{"latency_ms@phone", {{"tags", json::array({"phone"})}, {"max_seconds", 0.01}}},
      {"latency_ms@laptop",
       {{"tags", json::array({"laptop"})}, {"max_seconds", 0.01}, {"batch", 2}}}}},
    {"algorithm", {{"name", "random"}}},
    {"in_flight", 4},
    {"budget", {{"trials", 10}}}};

// Who was given the tasks of one of the trials' plans.
std::set<std::string> workers_of(const std::string& url, const std::string& id, int plan) {
  std::set<std::string> names;
  for (int trial = 0; trial < 10; ++trial) {
    const json task =
        get(url, "/v1/tasks/" + id + "." + std::to_string(trial) + "." + std::to_string(plan));
    for (const json& lease : task["leases"]) names.insert(lease["worker"]);
  }
  return names;
}

// Returns when so many trials have this metric.
void follow_until_measured(const std::string& url, const std::string& id, const char* metric,
                           int trials) {
  HttpClient(url).stream(
      "/v1/studies/" + id + "/events", 0,
      [&](const ServerSentEvent& event) {
        if (event.type == "trial.measured" && json::parse(event.data)["metrics"].contains(metric))
          --trials;
        return trials > 0;
      },
      [](const Response& response) { FAIL(response.body); });
}

TEST_CASE("two places, two workers, one of them dies: every trial has both places' latency") {
  const test::TemporaryFolder folder;
  test::ServerProcess server(folder.path());
  const std::string& url = server.url();
  const std::string id = test::call(url, "POST", "/v1/studies", kStudy, 201)["id"];
  test::Child phone(
      {"worker", "--server", url, "--tags", "phone", "--name", "phone-1", "--lease", "1"});
  follow_until_measured(url, id, "latency_ms@phone", 2);
  phone.end(SIGKILL);
  // Only now: until a laptop has answered no trial ends, so that no more than four are under way
  // and the phone leaves some to its heir.
  test::Child laptop({"worker", "--server", url, "--tags", "laptop", "--name", "laptop-1"});
  test::Child heir({"worker", "--server", url, "--tags", "phone", "--name", "phone-2"});
  REQUIRE(test::follow(url, id));

  const json trials = get(url, "/v1/studies/" + id + "/trials")["items"];
  REQUIRE(trials.size() == 10);
  for (const json& trial : trials) {
    INFO(trial.dump());
    CHECK(trial["state"] == "succeeded");
    CHECK(trial["metrics"]["latency_ms@phone"]["source"] == "measured");
    CHECK(trial["metrics"]["latency_ms@laptop"]["source"] == "measured");
    CHECK_FALSE(trial["metrics"].contains("latency_ms"));
  }
  CHECK(workers_of(url, id, 0) == std::set<std::string>{"phone-1", "phone-2"});
  CHECK(workers_of(url, id, 1) == std::set<std::string>{"laptop-1"});

  const test::CommandResult chosen =
      test::quarry({"front", id, "--url", url, "--where", "latency_ms@phone <= 1000", "--best",
                    "latency_ms@laptop"});
  CHECK(chosen.code == 0);
  // The sentence of the choice; a front of one member has another than one of many.
  CHECK(chosen.out.find("Trial ") != std::string::npos);
  const test::CommandResult unknown =
      test::quarry({"front", id, "--url", url, "--where", "latency_ms@phnoe <= 10"});
  CHECK(unknown.code == 1);
  CHECK(unknown.err.find("did you mean \"latency_ms@phone\"?") != std::string::npos);
  CHECK(laptop.end(SIGTERM) == 0);
  CHECK(heir.end(SIGTERM) == 0);
}

}  // namespace
}  // namespace quarry::server
