// Many results in one request.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "search/pareto/dominance.hpp"
#include "tests/support/api_fixture.hpp"
#include "tests/support/long_poll.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

json busy_study(int trials) {
  return {
      {"supernet", "fashion_vit"},
      {"objectives", {{{"metric", "accuracy"}}, {{"metric", "latency_ms"}}}},
      {"metrics",
       {{"accuracy", {{"evaluator", "external"}}}, {"latency_ms", {{"evaluator", "external"}}}}},
      {"algorithm", {{"name", "random"}}},
      {"budget", {{"trials", trials}}},
      {"in_flight", 64}};
}

// A study whose trials are all leased.
struct Leased {
  test::ApiFixture api;
  std::string id;
  std::vector<json> leases;

  explicit Leased(std::size_t trials) {
    id = api.call("POST", "/v1/studies", busy_study(static_cast<int>(trials)))["id"];
    while (leases.size() < trials) {
      api.call("POST", "/v1/studies/" + id + ":ask", {{"count", 64}, {"wait_s", 60}});
      const json answer = json::parse(test::wait_for(api.last()).body);
      for (const json& lease : answer["items"]) leases.push_back(lease);
    }
  }
  json result(std::size_t i, double accuracy, double latency) const {
    return {{"task", leases.at(i)["id"]},
            {"token", leases.at(i)["token"]},
            {"metrics", {{"accuracy", accuracy}, {"latency_ms", latency}}}};
  }
  json complete(const json& results) {
    return api.call("POST", "/v1/tasks:complete", {{"results", results}});
  }
};

std::string statuses(const json& answer) {
  std::string text;
  for (const json& item : answer["items"]) text += item["status"].dump() + " ";
  return text;
}

TEST_CASE("each of many results is judged as if it had come alone") {
  Leased leased(3);
  json unknown = leased.result(0, 0.5, 1.0);
  unknown["token"] = 999999;
  json failure = {{"task", leased.leases[2]["id"]},
                  {"token", leased.leases[2]["token"]},
                  {"reason", "no kernel"}};
  const json answer = leased.complete({leased.result(0, 0.5, 1.0), unknown, failure,
                                       leased.result(0, 0.5, 1.0), leased.result(0, 0.6, 1.0)});
  CHECK(leased.api.status() == 200);
  CHECK(statuses(answer) == "200 404 200 200 409 ");
  CHECK(answer["items"][1]["detail"].get<std::string>().starts_with("there is no lease 999999"));
  CHECK(answer["items"][4]["stored"]["metrics"]["accuracy"]["value"] == 0.5);
}

TEST_CASE("a request with mistakes brings no result and names them all") {
  Leased leased(2);
  json nan = leased.result(0, 0.5, 1.0);
  nan["metrics"]["accuracy"] = "NaN";
  json incomplete = leased.result(1, 0.5, 1.0);
  incomplete["metrics"].erase("latency_ms");
  const json refused = leased.complete({nan, incomplete, {{"token", 1}}, 7});
  INFO(refused.dump());
  REQUIRE(leased.api.status() == 422);
  std::string pointers;
  for (const json& error : refused["errors"]) pointers += error["pointer"].get<std::string>() + " ";
  CHECK(
      pointers.starts_with("/results/0/metrics/accuracy /results/1/metrics/latency_ms "
                           "/results/2/task "));
  CHECK(pointers.ends_with("/results/3 "));
  // None of them was taken.
  CHECK(statuses(leased.complete(json::array({leased.result(0, 0.5, 1.0)}))) == "200 ");
}

TEST_CASE("a request brings one result at least and 64 at most") {
  Leased leased(1);
  leased.complete(json::array());
  CHECK(leased.api.status() == 422);
  const json refused = leased.complete(json(65, leased.result(0, 0.5, 1.0)));
  CHECK(leased.api.status() == 422);
  CHECK(refused["errors"][0]["detail"] == "must be 1 to 64 results, got 65");
}

TEST_CASE("of results that are stored together those on the front are what none dominates") {
  constexpr std::size_t kTrials = 64;
  Leased leased(kTrials);
  json results = json::array();
  std::vector<std::vector<double>> points;
  for (std::size_t i = 0; i < kTrials; ++i) {
    // Later ones dominate many of the earlier.
    const double accuracy = 0.5 + 0.001 * static_cast<double>((i * 37) % kTrials);
    const double latency = 10.0 - 0.05 * static_cast<double>(i);
    results.push_back(leased.result(i, accuracy, latency));
    points.push_back({-accuracy, latency});
  }
  leased.complete(results);
  test::wait_for_end(leased.api.store(), leased.api.hub(), leased.id);
  std::string expected;
  for (std::size_t i = 0; i < kTrials; ++i) {
    const bool dominated = std::ranges::any_of(points, [&](const std::vector<double>& other) {
      return search::dominates(other, points[i]);
    });
    if (!dominated) expected += leased.leases[i]["trial"].dump() + " ";
  }
  std::string front;
  for (const TrialRecord& trial : leased.api.store().trials(leased.id, {.front_only = true}))
    front += std::to_string(trial.number) + " ";
  CHECK(front == expected);
}

}  // namespace
}  // namespace quarry::server
