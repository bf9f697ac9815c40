#include "server/studies/event_pages.hpp"

#include <catch2/catch.hpp>

#include "tests/support/server.hpp"

namespace quarry::server {
namespace {

struct Log {
  test::TemporaryFolder folder;
  std::unique_ptr<Store> store = open_sqlite_store(folder.path());
  EventPages pages;

  void add(const std::string& type) {
    store->commit({.study = {.id = "st_1", .spec = "{}", .state = "running"},
                   .events = {{.type = type, .at = "T", .data = "{}"}}});
  }
  std::string types(std::int64_t after, std::size_t limit = 10) {
    std::string text;
    const EventPages::Page page = pages.read(*store, "st_1", after, limit);
    for (const EventRecord& event : *page)
      text += std::to_string(event.sequence) + event.type + " ";
    return text;
  }
};

TEST_CASE("readers at the same place share one reading of the store") {
  Log log;
  log.add("a");
  const auto first = log.pages.read(*log.store, "st_1", 0, 10);
  CHECK(log.pages.read(*log.store, "st_1", 0, 10) == first);
  CHECK(log.pages.read(*log.store, "st_1", 0, 5) != first);
}

TEST_CASE("what is appended later is on the next page, whoever reads it first") {
  Log log;
  log.add("a");
  CHECK(log.types(0) == "1a ");
  CHECK(log.types(1) == "");
  log.add("b");
  CHECK(log.types(0) == "1a ");
  CHECK(log.types(1) == "2b ");
  CHECK(log.types(0, 1) == "1a ");
}

TEST_CASE("old pages make room") {
  Log log;
  for (int i = 0; i < 20; ++i) log.add("a");
  const auto first = log.pages.read(*log.store, "st_1", 0, 1);
  for (std::int64_t after = 1; after < 20; ++after) log.pages.read(*log.store, "st_1", after, 1);
  CHECK(log.pages.read(*log.store, "st_1", 0, 1) != first);
}

}  // namespace
}  // namespace quarry::server
