// Tested by tests/server/group_commit_test.cpp, also under ThreadSanitizer.
#include "server/storage/group_commit.hpp"

#include <utility>

#include "server/storage/database.hpp"

namespace quarry::server {

void GroupCommit::write(const std::function<void()>& body) {
  Entry mine{.body = &body};
  std::unique_lock lock(mutex_);
  waiting_.push_back(&mine);
  changed_.wait(lock, [&] { return mine.done || !committing_; });
  if (!mine.done) {
    committing_ = true;
    const std::vector<Entry*> group = std::exchange(waiting_, {});
    lock.unlock();
    commit(group);
    lock.lock();
    for (Entry* entry : group) entry->done = true;
    committing_ = false;
    changed_.notify_all();
  }
  if (mine.error) std::rethrow_exception(mine.error);
}

std::size_t GroupCommit::waiting() const {
  const std::scoped_lock lock(mutex_);
  return waiting_.size();
}

void GroupCommit::commit(const std::vector<Entry*>& group) {
  const std::scoped_lock lock(write_mutex_);
  try {
    Transaction transaction(writer_);
    if (group.size() == 1) {
      (*group.front()->body)();
    } else {
      for (Entry* entry : group) run_savepoint(*entry);
    }
    transaction.commit();
  } catch (const std::exception& error) {
    if (group.size() == 1) {
      group.front()->error = std::current_exception();
      return;
    }
    // An exception of its own for each, since each is thrown on another thread.
    for (Entry* entry : group) {
      if (!entry->error) entry->error = std::make_exception_ptr(StoreError(error.what()));
    }
  }
}

void GroupCommit::run_savepoint(Entry& entry) {
  writer_.run("SAVEPOINT one");
  try {
    (*entry.body)();
  } catch (const std::exception&) {
    entry.error = std::current_exception();
  }
  // When the disk is full SQLite may have rolled back everything: there is no savepoint then, and
  // the others fail with this one.
  if (entry.error && !writer_.is_in_transaction()) std::rethrow_exception(entry.error);
  if (entry.error) writer_.run("ROLLBACK TO one");
  writer_.run("RELEASE one");
}

}  // namespace quarry::server
