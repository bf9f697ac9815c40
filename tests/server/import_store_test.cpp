#include "server/storage/import_store.hpp"

#include <catch2/catch.hpp>

#include "server/storage/database.hpp"
#include "server/storage/store.hpp"
#include "tests/support/server.hpp"

namespace quarry::server {
namespace {

ImportRecord record(const std::string& id) {
  return {.id = id,
          .name = "n",
          .supernet = "small",
          .supernet_version = "1",
          .file = "f.csv",
          .identity = "same as " + id,
          .fingerprint = "a board",
          .created_at = "T",
          .rows = 3,
          .metrics = R"(["accuracy"])",
          .report = "{}"};
}

const std::vector<ImportedRow> kRows = {{2, "0,1", R"({"accuracy":0.5})"},
                                        {3, "1,1", R"({"accuracy":0.6})"},
                                        {5, "0,1", R"({"accuracy":0.7})"}};

void run_sql(const std::string& folder, const char* sql) {
  Connection(folder + "/quarry.db").run(sql);
}

TEST_CASE("an import comes back as it was stored, row by row and by network") {
  const test::TemporaryFolder folder;
  ImportStore store(open_database(folder.path()));
  CHECK(store.add(record("im_1"), kRows) == record("im_1"));
  CHECK(store.import("im_1") == record("im_1"));
  CHECK(store.rows("im_1", -1, 10) == kRows);
  CHECK(store.rows("im_1", 2, 1) == std::vector{kRows[1]});
  CHECK(store.rows_of("im_1", "0,1") == std::vector{kRows[0], kRows[2]});
  CHECK(store.rows_of("im_1", "1,0").empty());
  CHECK_FALSE(store.import("im_2").has_value());
}

TEST_CASE("imports are listed newest first, and one that is taken away is gone with its rows") {
  const test::TemporaryFolder folder;
  ImportStore store(open_database(folder.path()));
  store.add(record("im_1"), kRows);
  store.add(record("im_2"), kRows);
  CHECK(store.imports() == std::vector{record("im_2"), record("im_1")});
  CHECK(store.remove("im_1"));
  CHECK_FALSE(store.remove("im_1"));
  CHECK(store.imports() == std::vector{record("im_2")});
  CHECK(store.rows("im_1", -1, 10).empty());
  CHECK(store.rows("im_2", -1, 10) == kRows);
}

TEST_CASE("the same import again is the one that is there") {
  const test::TemporaryFolder folder;
  ImportStore store(open_database(folder.path()));
  store.add(record("im_1"), kRows);
  ImportRecord again = record("im_2");
  again.identity = record("im_1").identity;
  CHECK(store.add(again, kRows) == record("im_1"));
  CHECK(store.imports().size() == 1);
  CHECK(store.find(again.identity) == record("im_1"));
  CHECK_FALSE(store.find("another").has_value());
}

TEST_CASE("an import that fails half-way leaves nothing behind") {
  const test::TemporaryFolder folder;
  ImportStore store(open_database(folder.path()));
  run_sql(folder.path(),
          "CREATE TRIGGER third BEFORE INSERT ON imported_rows WHEN new.line = 5 BEGIN SELECT "
          "raise(ABORT, 'disk trouble'); END");
  CHECK_THROWS_WITH(store.add(record("im_1"), kRows), Catch::Contains("disk trouble"));
  CHECK(store.imports().empty());
  CHECK(store.rows("im_1", -1, 10).empty());
}

}  // namespace
}  // namespace quarry::server
