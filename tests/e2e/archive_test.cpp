// quarry archive, restore, replay and confirm with true servers, killed on the way.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/support/archives.hpp"
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
    {"objectives", {{{"metric", "latency_ms"}}, {{"metric", "model_size_bytes"}}}},
    {"metrics", {{"latency_ms", {{"evaluator", "external"}}}}},
    {"algorithm", {{"name", "nsga2"}, {"population", 8}}},
    {"budget", {{"trials", 16}}}};

// Fewer bytes are slower, so that there is a front, and nothing is known well.
json reported(const json& lease) {
  double sum = 0.0;
  for (const json& gene : lease["genome"]) sum += gene.get<double>();
  return {{"latency_ms", {{"value", 100.0 - sum}, {"spread", 5.0}, {"samples", 10}}}};
}

// Tells so many trials; false when the study ended before.
bool ask_and_tell(const std::string& url, const std::string& id, int count) {
  while (count > 0) {
    const json body = {{"count", std::min(3, count)}, {"wait_s", 20}};
    const Response answer = test::ask_server(url, "POST", "/v1/studies/" + id + ":ask", body);
    if (answer.status == 409) return false;
    const json leases = test::answer_of(answer)["items"];
    for (const json& lease : leases) {
      call(url, "POST", "/v1/studies/" + id + ":tell",
           {{"trial", lease["trial"]}, {"token", lease["token"]}, {"metrics", reported(lease)}});
      --count;
    }
  }
  return true;
}

std::string finished_study(const std::string& url) {
  const std::string id = call(url, "POST", "/v1/studies", kExternal, 201)["id"];
  ask_and_tell(url, id, 1000);
  REQUIRE(test::follow(url, id));
  return id;
}

TEST_CASE("a study moves in a file to another server, and any machine can check it") {
  const test::TemporaryFolder home;
  const test::TemporaryFolder elsewhere;
  const std::string file = home.path() + "/study.quarry.gz";
  test::ServerProcess first(home.path());
  const std::string id = finished_study(first.url());
  CHECK(test::quarry({"archive", id, "-o", file, "--url", first.url()}).code == 0);

  const test::CommandResult replay = test::quarry({"replay", file});
  INFO(replay.out << replay.err);
  CHECK(replay.code == 0);
  CHECK(replay.out.starts_with(id));
  CHECK(replay.out.find("16 proposals, 16 outcomes") != std::string::npos);
  CHECK(replay.out.ends_with("every byte the same.\n"));

  test::ServerProcess second(elsewhere.path());
  CHECK(test::quarry({"restore", file, "--url", second.url()}).out == id + "\n");
  CHECK(call(second.url(), "GET", "/v1/studies/" + id + "/front") ==
        call(first.url(), "GET", "/v1/studies/" + id + "/front"));
  const test::CommandResult again = test::quarry({"restore", file, "--url", second.url()});
  CHECK(again.code == 1);
  CHECK(again.err.find("is here already") != std::string::npos);
}

TEST_CASE("a file that was tampered with is refused, one made up is found out") {
  const test::TemporaryFolder folder;
  const std::string file = folder.path() + "/study.quarry.gz";
  test::ServerProcess server(folder.path());
  const std::string id = finished_study(server.url());
  REQUIRE(test::quarry({"archive", id, "-o", file, "--url", server.url()}).code == 0);
  std::string bytes;
  {
    std::ifstream in(file, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(in), {});
  }
  std::string damaged = bytes;
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 1);
  std::ofstream(file, std::ios::binary) << damaged;
  const test::CommandResult refused = test::quarry({"replay", file});
  CHECK(refused.code == 1);
  CHECK(refused.err.find("line ") != std::string::npos);
  CHECK(test::quarry({"restore", file, "--url", server.url()}).code == 1);

  // With checksums that fit, but a result that nobody measured.
  search::FieldErrors errors;
  StudyArchive archive = *read_archive(bytes, errors);
  for (EventRecord& event : archive.events) {
    if (event.type != "trial.measured") continue;
    json data = json::parse(event.data);
    data["metrics"]["latency_ms"]["value"] = 1.0;
    event.data = data.dump();
    break;
  }
  std::ofstream(file, std::ios::binary) << write_archive(archive);
  const test::CommandResult found = test::quarry({"replay", file});
  CHECK(found.code == 1);
  CHECK(found.out.find("The first difference is in the outcome of trial ") != std::string::npos);
}

TEST_CASE("killed while it measures again, a study goes on and says which it told apart") {
  const test::TemporaryFolder folder;
  std::string id;
  std::size_t pairs = 0;
  {
    test::ServerProcess server(folder.path());
    id = finished_study(server.url());
    const json begun =
        call(server.url(), "POST", "/v1/studies/" + id + ":confirm", {{"repeats", 3}}, 202);
    pairs = begun["confirmation"]["pairs"].size();
    REQUIRE(pairs >= 1);
    REQUIRE(ask_and_tell(server.url(), id, 3));
    server.end(SIGKILL);
  }
  int lives = 1;
  for (bool ended = false; !ended; ++lives) {
    test::ServerProcess server(folder.path());
    ended = !ask_and_tell(server.url(), id, 4);
    if (!ended) server.end(SIGKILL);
  }
  CHECK(lives > 2);
  test::ServerProcess server(folder.path());
  test::follow_until(server.url(), id, "completed", 2);
  const json confirmation = call(server.url(), "GET", "/v1/studies/" + id)["confirmation"];
  CHECK(confirmation["state"] == "ended");
  CHECK(confirmation["pairs"].size() == pairs);
  // No run twice, none lost: what is counted is what the log has.
  std::map<std::int64_t, std::int64_t> counted;
  std::set<std::pair<std::int64_t, std::int64_t>> runs;
  HttpClient(server.url())
      .stream(
          "/v1/studies/" + id + "/events", 0,
          [&](const ServerSentEvent& event) {
            const json data = json::parse(event.data);
            if (event.type != "trial.repeated") return true;
            CHECK(runs.emplace(data["number"], data["round"]).second);
            ++counted[data["number"].get<std::int64_t>()];
            return true;
          },
          [](const Response& response) { FAIL(response.body); });
  for (const json& member : confirmation["members"])
    CHECK(member["repeats"] == counted[member["trial"].get<std::int64_t>()]);
  for (const json& pair : confirmation["pairs"]) {
    const std::int64_t first = pair["trials"][0];
    CHECK((pair["told_apart"] == true || counted[first] == 3));
  }
  const std::string file = folder.path() + "/study.quarry.gz";
  REQUIRE(test::quarry({"archive", id, "-o", file, "--url", server.url()}).code == 0);
  const test::CommandResult replay = test::quarry({"replay", file, "--json"});
  INFO(replay.out);
  CHECK(json::parse(replay.out)["identical"] == true);
  CHECK(json::parse(replay.out)["confirmations"] == 1);
}

TEST_CASE("quarry confirm says what it would measure, and what is wrong with a question") {
  const test::TemporaryFolder folder;
  test::ServerProcess server(folder.path());
  const std::string id = finished_study(server.url());
  const test::CommandResult planned =
      test::quarry({"confirm", id, "--dry-run", "--url", server.url()});
  CHECK(planned.code == 0);
  CHECK(planned.out.find("cannot be told apart at 95 %") != std::string::npos);
  CHECK(test::quarry({"confirm", id, "--budget", "often", "--url", server.url()}).code == 2);
  const test::CommandResult unknown =
      test::quarry({"confirm", id, "--best", "latancy_ms", "--url", server.url()});
  CHECK(unknown.code == 1);
  CHECK(unknown.err.find("did you mean \"latency_ms\"?") != std::string::npos);
}

}  // namespace
}  // namespace quarry::server
