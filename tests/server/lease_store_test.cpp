#include "server/storage/lease_store.hpp"

#include <catch2/catch.hpp>

#include "server/storage/open_database.hpp"
#include "server/storage/store.hpp"
#include "tests/support/server.hpp"

namespace quarry::server {
namespace {

LeaseRecord lease(const std::string& task) {
  return {.task = task,
          .study = "a",
          .trial = 7,
          .evaluator = "external",
          .metrics = {"accuracy"},
          .worker = "w",
          .machine = "fp_1",
          .seconds = 60.0};
}

TEST_CASE("tokens grow over all tasks and lives, and are not used again") {
  const test::TemporaryFolder folder;
  std::int64_t last = 0;
  for (int life = 0; life < 2; ++life) {
    const auto database = open_database(folder.path());
    if (life == 0) {
      open_sqlite_store(database)->commit({.study = {.id = "a",
                                                     .name = "",
                                                     .spec = "{}",
                                                     .state = "running",
                                                     .reason = "",
                                                     .created_at = ""}});
    }
    LeaseStore leases(database);
    for (const char* task : {"a.7.0", "a.8.0", "a.7.0"}) {
      const std::int64_t token = leases.add(lease(task));
      CHECK(token > last);
      last = token;
    }
    open_sqlite_store(database)->remove("a");
  }
}

TEST_CASE("a lease is found by its token and task, with what came of it") {
  const test::TemporaryFolder folder;
  const auto database = open_database(folder.path());
  open_sqlite_store(database)->commit({.study = {.id = "a",
                                                 .name = "",
                                                 .spec = "{}",
                                                 .state = "running",
                                                 .reason = "",
                                                 .created_at = ""}});
  LeaseStore leases(database);
  LeaseRecord first = lease("a.7.0");
  first.token = leases.add(first);
  CHECK(leases.find(first.token) == first);
  const std::int64_t second = leases.add(lease("a.7.0"));
  leases.settle(second, "completed", "{\"metrics\":{}}");
  CHECK(leases.latest("a.7.0")->token == second);
  CHECK(leases.latest("a.7.0")->outcome == "{\"metrics\":{}}");
  CHECK(leases.of_task("a.7.0").size() == 2);
  REQUIRE(leases.held().size() == 1);
  CHECK(leases.held()[0] == first);
  CHECK_FALSE(leases.find(99).has_value());
  CHECK_FALSE(leases.latest("a.9.0").has_value());
}

}  // namespace
}  // namespace quarry::server
