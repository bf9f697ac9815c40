#include <sqlite3.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "server/storage/folder_lock.hpp"
#include "server/storage/open_database.hpp"
#include "server/storage/store.hpp"
#include "tests/support/server.hpp"

namespace quarry::server {
namespace {

TEST_CASE("a second server on a data folder is refused, and may have it when the first is gone") {
  const test::TemporaryFolder folder;
  {
    const FolderLock first(folder.path());
    CHECK_THROWS_WITH(FolderLock(folder.path()), Catch::Contains("another Quarry server uses"));
  }
  CHECK_NOTHROW(FolderLock(folder.path()));
}

TEST_CASE("a data folder that cannot be written is refused with what to do") {
  CHECK_THROWS_WITH(FolderLock("/proc/nowhere"), Catch::Contains("give --data a folder"));
}

TEST_CASE("another program reads the file while the server writes, and neither waits") {
  const test::TemporaryFolder folder;
  const auto store = open_sqlite_store(folder.path());
  store->commit({.study = {.id = "a", .spec = "{}", .state = "running"}});
  sqlite3* other = nullptr;
  const std::string path = folder.path() + "/quarry.db";
  REQUIRE(sqlite3_open_v2(path.c_str(), &other, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK);
  const auto count = [&] {
    sqlite3_stmt* query = nullptr;
    REQUIRE(sqlite3_prepare_v2(other, "SELECT count(*) FROM studies", -1, &query, nullptr) ==
            SQLITE_OK);
    REQUIRE(sqlite3_step(query) == SQLITE_ROW);
    const int studies = sqlite3_column_int(query, 0);
    sqlite3_finalize(query);
    return studies;
  };
  CHECK(sqlite3_exec(other, "BEGIN", nullptr, nullptr, nullptr) == SQLITE_OK);
  CHECK(count() == 1);
  store->commit({.study = {.id = "b", .spec = "{}", .state = "running"}});
  CHECK(count() == 1);  // as of when it began to read
  CHECK(sqlite3_exec(other, "COMMIT", nullptr, nullptr, nullptr) == SQLITE_OK);
  CHECK(count() == 2);
  sqlite3_close(other);
}

TEST_CASE("a backup is a whole database while the first is in use") {
  const test::TemporaryFolder folder;
  const test::TemporaryFolder copy;
  const auto database = open_database(folder.path());
  const auto store = open_sqlite_store(database);
  store->commit({.study = {.id = "a", .spec = "{}", .state = "running"}});
  back_up(*database, copy.path() + "/quarry.db");
  store->commit({.study = {.id = "b", .spec = "{}", .state = "running"}});
  const auto restored = open_sqlite_store(copy.path());
  CHECK(restored->study("a"));
  CHECK_FALSE(restored->study("b"));
}

TEST_CASE("a damaged database is not copied over a good one in silence") {
  const test::TemporaryFolder folder;
  {
    const auto store = open_sqlite_store(folder.path());
    for (int i = 0; i < 200; ++i)
      store->commit({.study = {.id = std::to_string(i), .spec = std::string(200, 'x')}});
  }
  const std::string path = folder.path() + "/quarry.db";
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  // The page after the schema's: the root of the studies.
  file.seekp(4096);
  file << std::string(64, '\xff');
  file.close();
  CHECK_THROWS_AS(back_up(*open_database(folder.path()), folder.path() + "/copy.db"), StoreError);
  CHECK_FALSE(std::filesystem::exists(folder.path() + "/copy.db"));
}

}  // namespace
}  // namespace quarry::server
