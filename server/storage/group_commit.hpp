// Writes that come at the same time share one transaction and its one fsync: while a commit waits
// for the disk, those that arrive meanwhile gather, and the next commit takes them all. Each stays
// whole or absent for itself.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <vector>

namespace quarry::server {

class Connection;

// Thread-safe. Holds no thread of its own: of the callers that wait, one commits for all.
class GroupCommit {
 public:
  // Both outlive this; the mutex is held while the connection is used.
  GroupCommit(Connection& writer, std::mutex& write_mutex)
      : writer_(writer), write_mutex_(write_mutex) {}

  // Calls body once, on this or another caller's thread, within a transaction; what it wrote is
  // durable when this returns. Throws what body threw (nothing of it is stored then), or StoreError
  // when the commit, and so everything that shared it, failed.
  void write(const std::function<void()>& body);

  // How many wait for the commit that is under way.
  std::size_t waiting() const;

 private:
  struct Entry {
    const std::function<void()>* body = nullptr;
    std::exception_ptr error;
    bool done = false;
  };
  void commit(const std::vector<Entry*>& group);
  void run_savepoint(Entry& entry);

  Connection& writer_;
  std::mutex& write_mutex_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Entry*> waiting_;
  bool committing_ = false;
};

}  // namespace quarry::server
