// The API as pure functions: requests in, documents out, over a real store and conductors with
// workers that answer at once.
#pragma once

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "server/api/api.hpp"
#include "tests/support/fake_workers.hpp"
#include "tests/support/server.hpp"
#include "tests/support/wait_for_end.hpp"

namespace quarry::test {

class ApiFixture {
 public:
  nlohmann::json call(const std::string& method, const std::string& target,
                      const nlohmann::json& body = nullptr) {
    server::Request request{.method = method};
    REQUIRE(server::parse_target(target, request));
    if (!body.is_null()) request.body = body.is_string() ? body.get<std::string>() : body.dump();
    last_ = router_.route(std::move(request));
    return nlohmann::json::parse(last_.body, nullptr, false);
  }
  unsigned status() const { return last_.status; }
  const server::Response& last() const { return last_; }
  server::TaskDesk& desk() { return desk_; }
  server::Store& store() { return *store_; }
  server::EventHub& hub() { return hub_; }
  const server::SupernetFolder& user_supernets() const { return user_supernets_; }

  // A finished study of 12 trials.
  std::string finished_study(const nlohmann::json& document = kStudy) {
    const std::string id = call("POST", "/v1/studies", document)["id"];
    wait_for_end(*store_, hub_, id);
    return id;
  }

  inline static const nlohmann::json kStudy = {
      {"supernet", "fashion_vit"},
      {"objectives", {{{"metric", "accuracy"}}, {{"metric", "latency_ms"}}}},
      {"algorithm", {{"name", "random"}}},
      {"budget", {{"trials", 12}}},
      {"final_test", false}};

 private:
  TemporaryFolder folder_;
  std::shared_ptr<server::Database> database_ = server::open_database(folder_.path());
  std::unique_ptr<server::Store> store_ = server::open_sqlite_store(database_);
  server::LeaseStore leases_{database_};
  server::EventHub hub_;
  server::TaskQueue queue_;
  evaluators::NetworkPool pool_;
  server::TaskDesk desk_{queue_, *store_, leases_, server::system_clock()};
  FakeWorkers workers_{queue_, 2};
  evaluators::SupernetLibrary supernets_ = evaluators::SupernetLibrary::builtin();
  server::SupernetFolder user_supernets_{folder_.path() + "/supernets"};
  server::StudyManager studies_{{*store_, hub_, queue_, supernets_, pool_, server::system_clock()}};
  server::ApiContext context_{*store_,         hub_,  studies_, supernets_,
                              user_supernets_, desk_, leases_,  server::system_clock()};
  server::Router router_ = server::make_router(context_);
  server::Response last_;
};

}  // namespace quarry::test
