// The integrity check at a start, bounded in time: SQLite's own quick_check, interrupted by a
// timer. Tested by tests/server/storage_fault_test.cpp.
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "server/storage/database.hpp"

namespace quarry::server {
namespace {

// Interrupts what the connection is doing when the time is over, unless destroyed before.
class Alarm {
 public:
  Alarm(Connection& connection, double seconds)
      : thread_([this, &connection, seconds](std::stop_token stop) {
          std::unique_lock lock(mutex_);
          const std::chrono::duration<double> patience(seconds);
          if (ended_.wait_for(lock, stop, patience, [&] { return stop.stop_requested(); })) return;
          rang_ = true;
          sqlite3_interrupt(connection.handle());
        }) {}

  bool rang() {
    const std::scoped_lock lock(mutex_);
    return rang_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any ended_;
  bool rang_ = false;
  std::jthread thread_;  // last: what it uses is there before it and after it
};

}  // namespace

bool check_database(Database& database, double seconds) {
  const std::scoped_lock lock(database.read_mutex);
  Connection& connection = database.reader;
  Alarm alarm(connection, seconds);
  try {
    Query query(connection, "PRAGMA quick_check(1)");
    // What an interrupted check reports may be what it did not get to see.
    if (!query.next() || query.text(0) == "ok" || alarm.rang()) return !alarm.rang();
    throw StoreError(connection.path() + " is damaged: " + query.text(0) +
                     "; keep the file, and put a backup in its place ('quarry backup' makes them)");
  } catch (const StoreError&) {
    if (!alarm.rang()) throw;
    return false;
  }
}

}  // namespace quarry::server
