#include "server/storage/predictor_store.hpp"

#include <catch2/catch.hpp>

#include "server/storage/open_database.hpp"
#include "server/storage/store.hpp"
#include "tests/support/server.hpp"

namespace quarry::server {
namespace {

PredictorRecord record(const std::string& id, const std::string& name,
                       const std::string& metric = "accuracy") {
  return {.id = id,
          .name = name,
          .supernet = "net",
          .metric = metric,
          .created_at = "2026-01-01T00:00:00.000Z",
          .summary = "{}",
          .document = "{\"x\":0.1}"};
}

std::unique_ptr<PredictorStore> open(const test::TemporaryFolder& folder) {
  return open_predictor_store(open_database(folder.path()));
}

std::string names(const std::vector<PredictorRecord>& records) {
  std::string text;
  for (const PredictorRecord& each : records)
    text += each.name + "@" + std::to_string(each.version) + " ";
  return text;
}

TEST_CASE("each name's versions are counted from one, and a deleted one's is not given again") {
  const test::TemporaryFolder folder;
  {
    const auto store = open(folder);
    CHECK(store->add(record("pr_1", "a"))->version == 1);
    CHECK(store->add(record("pr_2", "a"))->version == 2);
    CHECK(store->add(record("pr_3", "b"))->version == 1);
    CHECK(store->remove("pr_2"));
    CHECK_FALSE(store->remove("pr_2"));
  }
  CHECK(open(folder)->add(record("pr_4", "a"))->version == 3);
}

TEST_CASE("a predictor is found by id, by name and version, and by name alone as its newest") {
  const test::TemporaryFolder folder;
  const auto store = open(folder);
  store->add(record("pr_1", "a"));
  store->add(record("pr_2", "a"));
  CHECK(store->find("pr_1")->version == 1);
  CHECK(store->find("a")->id == "pr_2");
  CHECK(store->find("a@1")->id == "pr_1");
  CHECK(store->find("a@1")->document == "{\"x\":0.1}");
  for (const char* nothing : {"a@3", "a@0", "a@x", "@1", "b", ""})
    CHECK_FALSE(store->find(nothing).has_value());
}

TEST_CASE("an id or a version that is there is not written over") {
  const test::TemporaryFolder folder;
  const auto store = open(folder);
  store->add(record("pr_1", "a"));
  CHECK_FALSE(store->add(record("pr_1", "b")).has_value());
  PredictorRecord same = record("pr_2", "a");
  same.version = 1;
  CHECK_FALSE(store->add(same).has_value());
  same.version = 7;
  CHECK(store->add(same)->version == 7);
  CHECK(store->add(record("pr_3", "a"))->version == 8);
}

TEST_CASE("predictors are listed newest first, filtered, in pages, without their documents") {
  const test::TemporaryFolder folder;
  const auto store = open(folder);
  store->add(record("pr_1", "a"));
  store->add(record("pr_2", "a", "latency_ms"));
  store->add(record("pr_3", "b"));
  CHECK(names(store->list({})) == "b@1 a@2 a@1 ");
  CHECK(names(store->list({.metric = "accuracy"})) == "b@1 a@1 ");
  CHECK(names(store->list({.name = "a"})) == "a@2 a@1 ");
  CHECK(store->list({.supernet = "another"}).empty());
  const auto page = store->list({.limit = 2});
  CHECK(names(page) == "b@1 a@2 ");
  CHECK(page.front().document == "");
  CHECK(names(store->list({.before = page.back().number})) == "a@1 ");
}

}  // namespace
}  // namespace quarry::server
