// FOLDER/quarry.db: write-ahead log, synchronous FULL, one writing connection with BEGIN IMMEDIATE
// and a second one for reading, so that readers never wait for a commit's fsync. Every store of the
// server speaks to the same Database; this folder is the only place that sees sqlite3.h.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "server/storage/answer_store.hpp"
#include "server/storage/group_commit.hpp"
#include "server/storage/open_database.hpp"
#include "server/storage/store_error.hpp"

namespace quarry::server {

// Not thread-safe; every failure throws StoreError with the file's path.
class Connection {
 public:
  explicit Connection(const std::string& path) : path_(path) {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path.c_str(), &database_, flags, nullptr) != SQLITE_OK) {
      const std::string why = database_ == nullptr ? "out of memory" : sqlite3_errmsg(database_);
      sqlite3_close(database_);
      throw StoreError("cannot open " + path + ": " + why);
    }
    sqlite3_busy_timeout(database_, 10000);
  }

  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  ~Connection() {
    for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
    sqlite3_close(database_);
  }

  void run(const char* sql) {
    if (sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail(sql);
  }

  // Prepared once; ready to bind.
  sqlite3_stmt* statement(const char* sql) {
    sqlite3_stmt*& prepared = statements_[sql];
    if (prepared == nullptr && sqlite3_prepare_v3(database_, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                                  &prepared, nullptr) != SQLITE_OK)
      fail(sql);
    return prepared;
  }

  // Names the file, what the system says of it, and what to do.
  [[noreturn]] void fail(const std::string& doing) const;

  const std::string& path() const { return path_; }
  sqlite3* handle() { return database_; }
  bool is_in_transaction() const { return sqlite3_get_autocommit(database_) == 0; }

  // Whoever asks finalizes it.
  sqlite3_stmt* prepare_once(const std::string& sql) {
    sqlite3_stmt* prepared = nullptr;
    if (sqlite3_prepare_v2(database_, sql.c_str(), static_cast<int>(sql.size()), &prepared,
                           nullptr) != SQLITE_OK)
      fail(sql);
    return prepared;
  }

 private:
  std::string path_;
  sqlite3* database_ = nullptr;
  std::map<const char*, sqlite3_stmt*>
      statements_;  // by the literal's address: every call site has its own
};

// One use of a prepared statement; gives it back reset.
class Query {
 public:
  Query(Connection& connection, const char* sql)
      : connection_(connection), sql_(sql), statement_(connection.statement(sql)) {}
  // For text that was put together: prepared for this one use.
  Query(Connection& connection, const std::string& sql)
      : connection_(connection),
        sql_("a list"),
        statement_(connection.prepare_once(sql)),
        is_own_(true) {}
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  ~Query() {
    if (is_own_) {
      sqlite3_finalize(statement_);
      return;
    }
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }

  Query& bind(const std::string& text) {
    check(sqlite3_bind_text(statement_, ++bound_, text.data(), static_cast<int>(text.size()),
                            SQLITE_TRANSIENT));
    return *this;
  }
  Query& bind(std::int64_t number) {
    check(sqlite3_bind_int64(statement_, ++bound_, number));
    return *this;
  }
  Query& bind(double number) {
    check(sqlite3_bind_double(statement_, ++bound_, number));
    return *this;
  }
  Query& bind(std::optional<double> number) {
    if (number) return bind(*number);
    check(sqlite3_bind_null(statement_, ++bound_));
    return *this;
  }

  // Moves to the next row; false at the end.
  bool next() {
    const int result = sqlite3_step(statement_);
    if (result != SQLITE_ROW && result != SQLITE_DONE) connection_.fail(sql_);
    return result == SQLITE_ROW;
  }
  void run() {
    while (next()) {
    }
  }

  std::string text(int column) const {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }
  // Valid until the next row.
  std::string_view view(int column) const {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }
  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  double number(int column) const { return sqlite3_column_double(statement_, column); }
  bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  bool is_text(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_TEXT; }

 private:
  void check(int result) const {
    if (result != SQLITE_OK) connection_.fail(sql_);
  }

  Connection& connection_;
  const char* sql_;
  sqlite3_stmt* statement_;
  bool is_own_ = false;
  int bound_ = 0;
};

// Rolled back unless committed.
class Transaction {
 public:
  explicit Transaction(Connection& connection) : connection_(connection) {
    connection.run("BEGIN IMMEDIATE");
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  ~Transaction() {
    if (open_) {
      try {
        connection_.run("ROLLBACK");
      } catch (const StoreError&) {  // the error that brought us here says more
      }
    }
  }
  void commit() {
    connection_.run("COMMIT");
    open_ = false;
  }

 private:
  Connection& connection_;
  bool open_ = true;
};

struct Database {
  explicit Database(const std::string& path);

  // Held while the connection of the same kind is used.
  std::mutex write_mutex;
  std::mutex read_mutex;
  std::mutex scan_mutex;
  Connection writer;
  Connection reader;
  Connection scanner;  // reads what takes long: lists, logs, archives
  std::mutex acts_mutex;
  std::map<std::thread::id, PendingAct> pending_acts;  // by who answers them
  // For writes that come often and from many: takes write_mutex itself.
  GroupCommit group{writer, write_mutex};
};

// Within an open transaction of the writer: if who answers a POST under a key, the key is
// stored as used, with where what it made is found (a path that GET answers) and with which status
// it is answered. What is made on the way in another collection is not yet what was asked for. So a
// server that dies before the answer is kept does not act again.
void mark_act_done(Database& database, const std::string& location, unsigned status,
                   std::thread::id who = std::this_thread::get_id());

}  // namespace quarry::server
