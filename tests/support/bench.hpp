// Everything a conductor needs, with a clock that stands still until a test moves it.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "server/storage/lease_store.hpp"
#include "server/storage/open_database.hpp"
#include "server/studies/conductor.hpp"
#include "tests/support/server.hpp"

namespace quarry::test {

struct Bench {
  TemporaryFolder folder;
  std::shared_ptr<server::Database> database = server::open_database(folder.path());
  std::unique_ptr<server::Store> store = server::open_sqlite_store(database);
  server::LeaseStore leases{database};
  server::EventHub hub;
  server::TaskQueue queue;
  evaluators::NetworkPool pool;
  std::atomic<double> now = 0.0;

  server::Clock clock() {
    return {.steady_seconds = [this] { return now.load(); },
            .now = [] { return std::string("T"); }};
  }
  server::StudyContext context() { return {*store, hub, queue, library(), pool, clock()}; }
};

}  // namespace quarry::test
