// 64 clients on one database: nobody is ever told that it is busy or locked.
#include <atomic>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <thread>

#include "server/storage/database.hpp"
#include "tests/support/api_fixture.hpp"
#include "tests/support/long_poll.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

constexpr int kClients = 64;

json study_of(int trials) {
  return {{"supernet", "fashion_vit"},
          {"objectives", {{{"metric", "accuracy"}}, {{"metric", "model_size_bytes"}}}},
          {"metrics", {{"accuracy", {{"evaluator", "external"}}}}},
          {"algorithm", {{"name", "random"}}},
          {"budget", {{"trials", trials}}},
          {"in_flight", 128}};
}

class Clients {
 public:
  explicit Clients(test::ApiFixture& api) : api_(api) {}

  Response call(const std::string& method, const std::string& target, const json& body = nullptr) {
    Request request{.method = method};
    parse_target(target, request);
    if (!body.is_null()) request.body = body.dump();
    Response response = test::wait_for(api_.router().route(std::move(request)));
    if (response.status >= 500) ++failures;
    return response;
  }

  // Asks and tells, reads, labels, makes and deletes a draft.
  void act(const std::string& study, int number) {
    const std::string path = "/v1/studies/" + study;
    const Response asked = call("POST", path + ":ask", {{"count", 2}, {"wait_s", 60}});
    const json answer = json::parse(asked.body);
    for (const json& lease : answer.value("items", json::array())) {
      const Response told = call("POST", path + ":tell",
                                 {{"trial", lease["trial"]},
                                  {"token", lease["token"]},
                                  {"metrics", {{"accuracy", 0.5 + 0.001 * number}}}});
      accepted += told.status == 200 ? 1 : 0;
    }
    call("GET", path + "/trials");
    call("GET", path + "/front");
    call("PATCH", path, {{"notes", std::to_string(number)}});
    const json draft = json::parse(call("POST", "/v1/studies?draft=true", study_of(1)).body);
    call("POST", "/v1/studies/" + draft["id"].get<std::string>() + ":cancel");
    call("DELETE", "/v1/studies/" + draft["id"].get<std::string>());
    call("GET", "/v1/studies");
  }

  std::atomic<int> failures = 0;
  std::atomic<int> accepted = 0;

 private:
  test::ApiFixture& api_;
};

TEST_CASE("64 clients and readers of the file never hear that the database is busy") {
  test::ApiFixture api;
  const std::string study = api.call("POST", "/v1/studies", study_of(2 * kClients))["id"];
  Clients clients(api);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kClients; ++i)
      threads.emplace_back([&clients, &study, i] { clients.act(study, i); });
    // Another program that reads the file, and what is kept of it elsewhere.
    threads.emplace_back([&api] {
      Connection other(api.folder() + "/quarry.db");
      for (int i = 0; i < 8; ++i) {
        Query query(other, "SELECT count(*) FROM trials");
        query.next();
      }
    });
    threads.emplace_back([&api] {
      const test::TemporaryFolder copy;
      back_up(*open_database(api.folder()), copy.path() + "/copy.db");
    });
  }
  CHECK(clients.failures == 0);
  CHECK(clients.accepted >= kClients);
}

}  // namespace
}  // namespace quarry::server
