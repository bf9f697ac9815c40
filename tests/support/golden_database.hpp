// A database as a server of an earlier schema left it: tests/golden/databases.
#pragma once

#include <sqlite3.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <string>

namespace quarry::test {

inline void run_sql(const std::string& folder, const std::string& sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open((folder + "/quarry.db").c_str(), &database) == SQLITE_OK);
  REQUIRE(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
}

inline void write_golden_database(const std::string& folder, int schema) {
  std::ifstream file(std::string(QUARRY_SOURCE_DIR) + "/tests/golden/databases/schema_" +
                     std::to_string(schema) + ".sql");
  REQUIRE(file);
  run_sql(folder, {std::istreambuf_iterator<char>(file), {}});
}

}  // namespace quarry::test
