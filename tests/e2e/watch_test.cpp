// `quarry watch` across the death of its server, with the true binary on loopback.
#include <catch2/catch.hpp>
#include <csignal>
#include <memory>
#include <nlohmann/json.hpp>

#include "tests/support/ask_server.hpp"
#include "tests/support/quarry_process.hpp"
#include "tests/support/server.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;
using test::call;

const json kExternal = {{"supernet", "fashion_vit"},
                        {"objectives", {{{"metric", "accuracy"}}, {{"metric", "macs"}}}},
                        {"metrics", {{"accuracy", {{"evaluator", "external"}}}}},
                        {"algorithm", {{"name", "random"}}},
                        {"budget", {{"trials", 6}}}};

void ask_and_tell(const std::string& url, const std::string& id, int count) {
  while (count > 0) {
    const json leases = call(url, "POST", "/v1/studies/" + id + ":ask",
                             {{"count", count}, {"wait_s", 20}})["items"];
    REQUIRE_FALSE(leases.empty());
    for (const json& lease : leases)
      call(
          url, "POST", "/v1/studies/" + id + ":tell",
          {{"trial", lease["trial"]}, {"token", lease["token"]}, {"metrics", {{"accuracy", 0.5}}}});
    count -= static_cast<int>(leases.size());
  }
}

TEST_CASE("a watch whose server is killed goes on when it is back, and shows each event once") {
  const test::TemporaryFolder folder;
  auto server = std::make_unique<test::ServerProcess>(folder.path());
  const std::string url = server->url();
  const std::string id = call(url, "POST", "/v1/studies", kExternal, 201)["id"];
  test::Child watching({"watch", id, "--json", "--url", url});
  ask_and_tell(url, id, 2);
  std::int64_t last = 0;
  const auto read = [&](const std::string& line) {
    const json event = json::parse(line);
    CHECK(event["id"] == ++last);
    return event;
  };
  for (int finished = 0; finished < 2;)
    finished += read(watching.line())["type"] == "trial.finished" ? 1 : 0;

  server->end(SIGKILL);
  server = std::make_unique<test::ServerProcess>(folder.path(), std::vector<std::string>(),
                                                 url.substr(url.find("127.")));
  ask_and_tell(url, id, 4);
  std::string state;
  for (std::string line = watching.line(); !line.empty(); line = watching.line()) {
    const json event = read(line);
    if (event["type"] == "study.state") state = event["data"]["state"];
  }
  CHECK(state == "completed");
  const test::CommandResult result = watching.finish();
  CHECK(result.code == 0);
  CHECK(result.err.find("trying again") != std::string::npos);
}

TEST_CASE("a watch of a study that is cancelled meanwhile ends and says so") {
  const test::TemporaryFolder folder;
  test::ServerProcess server(folder.path());
  const std::string id = call(server.url(), "POST", "/v1/studies", kExternal, 201)["id"];
  test::Child watching({"watch", id, "--json", "--url", server.url()});
  REQUIRE_FALSE(watching.line().empty());
  call(server.url(), "POST", "/v1/studies/" + id + ":cancel", nullptr, 202);
  const test::CommandResult result = watching.finish();
  CHECK(result.code == 1);
  CHECK(result.err.find("was cancelled") != std::string::npos);
}

}  // namespace
}  // namespace quarry::server
