// What a killed server left on the disk, looked at without touching it: a copy of the database and
// its log is opened, so that the next server still has its own recovery to do.
#pragma once

#include <sqlite3.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/server.hpp"

namespace quarry::test {

class DatabaseCopy {
 public:
  explicit DatabaseCopy(const std::string& data_folder) {
    namespace fs = std::filesystem;
    for (const char* name : {"/quarry.db", "/quarry.db-wal", "/quarry.db-journal"}) {
      if (fs::exists(data_folder + name)) fs::copy_file(data_folder + name, folder_.path() + name);
    }
    REQUIRE(sqlite3_open((folder_.path() + "/quarry.db").c_str(), &database_) == SQLITE_OK);
  }
  DatabaseCopy(const DatabaseCopy&) = delete;
  DatabaseCopy& operator=(const DatabaseCopy&) = delete;
  ~DatabaseCopy() { sqlite3_close(database_); }

  // Every row as its columns with '|' between them.
  std::vector<std::string> rows(const std::string& sql) const {
    std::vector<std::string> found;
    const auto append = [](void* to, int columns, char** values, char**) {
      std::string row;
      for (int i = 0; i < columns; ++i)
        row += std::string(i > 0 ? "|" : "") + (values[i] == nullptr ? "" : values[i]);
      static_cast<std::vector<std::string>*>(to)->push_back(row);
      return 0;
    };
    INFO(sql);
    const int result = sqlite3_exec(database_, sql.c_str(), append, &found, nullptr);
    INFO(sqlite3_errmsg(database_));
    REQUIRE(result == SQLITE_OK);
    return found;
  }

  // The only column of the only row; empty when there is none.
  std::string value(const std::string& sql) const {
    const std::vector<std::string> found = rows(sql);
    return found.empty() ? "" : found.front();
  }

 private:
  TemporaryFolder folder_;
  sqlite3* database_ = nullptr;
};

}  // namespace quarry::test
