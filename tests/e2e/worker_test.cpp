// Workers in processes of their own and a program of the user's, over loopback: ask and tell, kill
// -9 with leases held, quarry worker with a tag.
#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <optional>

#include "tests/support/ask_server.hpp"
#include "tests/support/follow.hpp"
#include "tests/support/quarry_process.hpp"
#include "tests/support/server.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;
using test::call;

const json kExternal = {
    {"supernet", "fashion_vit"},
    {"objectives", {{{"metric", "accuracy"}}, {{"metric", "model_size_bytes"}}}},
    {"metrics", {{"accuracy", {{"evaluator", "external"}, {"tags", {"gpu"}}}}}},
    {"algorithm",
     {{"name", "linas"}, {"population", 8}, {"batch", 4}, {"inner", {{"evaluations", 300}}}}},
    {"budget", {{"trials", 24}}}};

// The user's program: what it reports depends on the network alone.
double reported(const json& lease) {
  double sum = 0.0;
  for (const json& gene : lease["genome"]) sum += gene.get<double>();
  return sum / (sum + 30.0);
}

void tell(const std::string& url, const json& lease) {
  call(url, "POST", "/v1/studies/" + lease["study"].get<std::string>() + ":tell",
       {{"trial", lease["trial"]},
        {"token", lease["token"]},
        {"metrics", {{"accuracy", reported(lease)}}}});
}

// Tells so many trials and gives the next, untold; nothing when the study ended before.
std::optional<json> ask_and_tell(const std::string& url, const std::string& id, int count) {
  while (true) {
    const json body = {{"count", std::min(3, count + 1)}, {"wait_s", 20}, {"worker", "program"}};
    const Response answer = test::ask_server(url, "POST", "/v1/studies/" + id + ":ask", body);
    if (answer.status == 409) return std::nullopt;
    const json leases = test::answer_of(answer)["items"];
    for (const json& lease : leases) {
      if (--count < 0) return lease;
      tell(url, lease);
    }
  }
}

std::string trials_of(const std::string& url, const std::string& id) {
  std::string text;
  const json page = call(url, "GET", "/v1/studies/" + id + "/trials?page_size=1000");
  for (const json& trial : page["items"])
    text += trial["genome"].dump() + trial["state"].dump() +
            trial["metrics"]["accuracy"]["value"].dump() + "\n";
  return text;
}

TEST_CASE("asked, told, paused and killed again and again, an external study ends as a calm one") {
  const test::TemporaryFolder calm;
  std::string expected;
  {
    test::ServerProcess server(calm.path());
    const std::string id = call(server.url(), "POST", "/v1/studies", kExternal, 201)["id"];
    ask_and_tell(server.url(), id, 1000);
    REQUIRE(test::follow(server.url(), id));
    expected = trials_of(server.url(), id);
  }
  const test::TemporaryFolder folder;
  std::string id;
  std::optional<json> held;
  int lives = 0;
  bool ended = false;
  while (!ended) {
    test::ServerProcess server(folder.path());
    const std::string& url = server.url();
    if (id.empty()) id = call(url, "POST", "/v1/studies", kExternal, 201)["id"];
    ++lives;
    // What it was given in the last life is still its own.
    if (held) {
      call(url, "POST", "/v1/tasks/" + (*held)["id"].get<std::string>() + ":heartbeat",
           {{"token", (*held)["token"]}});
      const json body = {{"token", (*held)["token"]}, {"metrics", {{"accuracy", reported(*held)}}}};
      const std::string target = "/v1/tasks/" + (*held)["id"].get<std::string>() + ":complete";
      const json first = call(url, "POST", target, body);
      CHECK(call(url, "POST", target, body) == first);
    }
    held = ask_and_tell(url, id, 4);
    if (!held) {
      ended = test::follow(url, id);
      CHECK(trials_of(url, id) == expected);
    }
    server.end(SIGKILL);
  }
  CHECK(lives > 3);
}

TEST_CASE("a paused study is paused after kill -9, and goes on when it is resumed") {
  const test::TemporaryFolder folder;
  std::string id;
  json held;
  {
    test::ServerProcess server(folder.path());
    id = call(server.url(), "POST", "/v1/studies", kExternal, 201)["id"];
    held = *ask_and_tell(server.url(), id, 3);
    CHECK(test::quarry({"pause", id, "--url", server.url()}).out == "pausing\n");
    server.end(SIGKILL);
  }
  test::ServerProcess server(folder.path());
  test::follow_until(server.url(), id, "paused");
  CHECK(test::quarry({"list", "--state", "paused", "--url", server.url()}).out.starts_with(id));
  call(server.url(), "POST", "/v1/studies/" + id + ":ask", nullptr, 409);
  CHECK(test::quarry({"resume", id, "--url", server.url()}).out == "queued\n");
  tell(server.url(), held);
  ask_and_tell(server.url(), id, 1000);
  CHECK(test::follow(server.url(), id));
}

TEST_CASE("quarry worker measures on its own machine what its tags say, and is seen at it") {
  const test::TemporaryFolder folder;
  test::ServerProcess server(folder.path());
  const json study = {
      {"supernet", "fashion_vit"},
      {"objectives", {{{"metric", "latency_ms"}}, {{"metric", "model_size_bytes"}}}},
      {"metrics",
       {{"latency_ms",
         {{"evaluator", "onednn"}, {"tags", {"device=bench"}}, {"max_seconds", 0.01}}}}},
      {"algorithm", {{"name", "random"}}},
      {"budget", {{"trials", 6}}}};
  const std::string id = call(server.url(), "POST", "/v1/studies", study, 201)["id"];
  test::Child worker(
      {"worker", "--server", server.url(), "--tags", "device=bench,threads=2", "--name", "bench"});
  CHECK(worker.line().starts_with("bench works for http://"));
  REQUIRE(test::follow(server.url(), id));
  const json trials = call(server.url(), "GET", "/v1/studies/" + id + "/trials")["items"];
  REQUIRE(trials.size() == 6);
  for (const json& trial : trials) {
    CHECK(trial["state"] == "succeeded");
    CHECK(trial["metrics"]["latency_ms"]["source"] == "measured");
    CHECK(trial["metrics"]["latency_ms"]["fingerprint"].get<std::string>().starts_with("fp_"));
  }
  const json workers = call(server.url(), "GET", "/v1/workers")["items"];
  REQUIRE(workers.size() == 2);
  CHECK(workers[1]["name"] == "bench");
  CHECK(workers[1]["tags"] == json{"device=bench", "threads=2"});
  CHECK(worker.end(SIGTERM) == 0);
}

TEST_CASE("a worker that dies gives its task to the next") {
  const test::TemporaryFolder folder;
  test::ServerProcess server(folder.path());
  json study = kExternal;
  study["budget"]["trials"] = 4;
  const std::string id = call(server.url(), "POST", "/v1/studies", study, 201)["id"];
  const json lost = call(server.url(), "POST", "/v1/studies/" + id + ":ask",
                         {{"lease_s", 1}, {"wait_s", 20}})["items"][0];
  ask_and_tell(server.url(), id, 1000);
  CHECK(test::follow(server.url(), id));
  const json orphan =
      call(server.url(), "POST", "/v1/tasks/" + lost["id"].get<std::string>() + ":complete",
           {{"token", lost["token"]}, {"metrics", {{"accuracy", 0.5}}}}, 409);
  CHECK(orphan["stored"]["metrics"]["accuracy"]["value"] == 0.5);
  CHECK(call(server.url(), "GET", "/v1/tasks/" + lost["id"].get<std::string>())["leases"].size() ==
        2);
}

}  // namespace
}  // namespace quarry::server
