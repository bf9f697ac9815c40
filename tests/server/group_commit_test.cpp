// Writes that share a transaction: together on the disk, each whole or absent for itself.
#include "server/storage/group_commit.hpp"

#include <catch2/catch.hpp>
#include <future>
#include <latch>
#include <thread>

#include "server/storage/database.hpp"
#include "tests/support/server.hpp"

namespace quarry::server {
namespace {

struct Notes {
  test::TemporaryFolder folder;
  std::shared_ptr<Database> database = open_database(folder.path());
  GroupCommit& group = database->group;

  void add(const std::string& id) {
    Query(database->writer, "INSERT INTO fingerprints VALUES (?, '')").bind(id).run();
  }
  // As others see it.
  std::int64_t count() {
    const std::scoped_lock lock(database->read_mutex);
    Query query(database->reader, "SELECT count(*) FROM fingerprints");
    query.next();
    return query.integer(0);
  }
  // Begins a write that stays under way until so many others wait for its end.
  std::jthread hold_until(std::size_t waiting) {
    std::promise<void> begun;
    auto has_begun = begun.get_future();
    std::jthread first([this, waiting, begun = std::move(begun)]() mutable {
      group.write([&] {
        begun.set_value();
        while (group.waiting() < waiting) std::this_thread::yield();
        add("first");
      });
    });
    has_begun.wait();
    return first;
  }
};

TEST_CASE("writes that wait for a commit are stored together by the next one") {
  Notes notes;
  std::vector<std::int64_t> seen;
  std::jthread first = notes.hold_until(3);
  {
    std::vector<std::jthread> others;
    for (const std::string id : {"a", "b", "c"}) {
      others.emplace_back([&notes, &seen, id] {
        notes.group.write([&] {
          notes.add(id);
          seen.push_back(notes.count());
        });
      });
    }
  }
  // Only the first was there for others while these three were written.
  CHECK(seen == std::vector<std::int64_t>{1, 1, 1});
  CHECK(notes.count() == 4);
}

TEST_CASE("of writes that share a commit one fails alone, and its caller hears of it") {
  Notes notes;
  std::jthread first = notes.hold_until(2);
  std::string heard;
  std::jthread fails([&] {
    try {
      notes.group.write([&] {
        notes.add("half");
        notes.add("half");
      });
    } catch (const StoreError& error) {
      heard = error.what();
    }
  });
  std::jthread succeeds([&] { notes.group.write([&] { notes.add("whole"); }); });
  first.join();
  fails.join();
  succeeds.join();
  CHECK(heard.find("UNIQUE") != std::string::npos);
  CHECK(notes.count() == 2);
}

TEST_CASE("a write that fails leaves nothing behind, and the next one goes on") {
  Notes notes;
  CHECK_THROWS_WITH(notes.group.write([&] {
    notes.add("half");
    throw std::runtime_error("no more");
  }),
                    "no more");
  CHECK(notes.count() == 0);
  notes.group.write([&] { notes.add("whole"); });
  CHECK(notes.count() == 1);
}

}  // namespace
}  // namespace quarry::server
