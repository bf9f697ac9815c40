// Disks that are full, read-only or broken, and power that goes off: what was acknowledged stays,
// studies pause with the reason, reads go on.
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "server/storage/open_database.hpp"
#include "server/studies/study_manager.hpp"
#include "tests/support/api_fixture.hpp"
#include "tests/support/bench.hpp"
#include "tests/support/fake_workers.hpp"
#include "tests/support/faulty_disk.hpp"
#include "tests/support/studies.hpp"
#include "tests/support/wait_for_end.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;
using test::Bench;
using test::FaultyDisk;
using Fault = FaultyDisk::Fault;

struct Case {
  Fault fault;
  std::string cause;
  std::string what_to_do;
};

const std::vector<Case> kCases = {
    {Fault::kFull, "database or disk is full", "free space on its disk"},
    {Fault::kReadOnly, "disk I/O error, Read-only file system", "make it writable"},
    {Fault::kIoError, "disk I/O error, Input/output error", "mend its disk"},
};

Commit with_events(int count) {
  Commit change{.study = {.id = "a", .name = "n", .spec = "{}", .state = "running"}};
  for (int i = 0; i < count; ++i)
    change.events.push_back({.type = "e", .at = "t", .data = std::string(200, 'x')});
  return change;
}

// The error's text; empty when the commit was taken.
std::string refusal_of(Store& store, const Commit& change) {
  try {
    store.commit(change);
    return "";
  } catch (const StoreError& error) {
    return error.what();
  }
}

TEST_CASE(
    "whichever change of the disk fails, a commit is whole or absent, and the next is taken") {
  for (const Case& broken : kCases) {
    int n = 1;
    for (std::string refusal = "first"; !refusal.empty(); ++n) {
      INFO(broken.cause << " at change " << n);
      const test::TemporaryFolder folder;
      {
        FaultyDisk disk;
        const auto store = open_sqlite_store(folder.path());
        store->commit(with_events(2));
        disk.fail_once(n, broken.fault);
        refusal = refusal_of(*store, with_events(30));
        CHECK(store->events("a", 0, 100).size() == (refusal.empty() ? 32 : 2));
        if (refusal.empty()) break;
        CHECK_THAT(refusal, Catch::Contains(folder.path() + "/quarry.db"));
        CHECK_THAT(refusal, Catch::Contains(broken.cause));
        CHECK_THAT(refusal, Catch::Contains(broken.what_to_do));
        disk.heal();
        CHECK(store->commit(with_events(1)) == 3);
      }
      const auto database = open_database(folder.path());
      CHECK(check_database(*database, 60.0));
      CHECK(open_sqlite_store(database)->events("a", 0, 100).size() == 3);
    }
    CHECK(n > 5);
  }
}

TEST_CASE("a checkpoint that the disk does not take loses nothing") {
  const test::TemporaryFolder folder;
  {
    FaultyDisk disk;
    const auto store = open_sqlite_store(folder.path());
    disk.fail_from(1, Fault::kFull, "quarry.db");  // the log beside it still has room
    for (int i = 0; i < 120; ++i) store->commit(with_events(200));  // beyond one checkpoint
    CHECK(disk.has_failed());
  }
  const auto database = open_database(folder.path());
  CHECK(check_database(*database, 60.0));
  CHECK(open_sqlite_store(database)->events("a", 23999, 10).size() == 1);
}

// How many events a store holds after power was cut at the n-th change of six commits and the
// checkpoint that closes it, and how many it had acknowledged by then.
struct Cut {
  std::size_t acknowledged = 0;
  std::size_t found = 0;
  bool happened = false;
};
Cut cut_power_at(int n, bool while_opening) {
  const test::TemporaryFolder folder;
  Cut cut;
  {
    FaultyDisk disk;
    std::unique_ptr<Store> store;
    if (while_opening) disk.fail_from(n, Fault::kPowerCut);
    try {
      store = open_sqlite_store(folder.path());
      if (!while_opening) disk.fail_from(n, Fault::kPowerCut);
      for (int i = 0; i < 6; ++i)
        cut.acknowledged = static_cast<std::size_t>(store->commit(with_events(10)));
    } catch (const StoreError&) {  // no power
    }
    store.reset();  // its checkpoint may be what is cut
    cut.happened = disk.has_failed();
    disk.lose_unsynced(static_cast<std::uint64_t>(n));
  }
  const auto database = open_database(folder.path());
  CHECK(check_database(*database, 60.0));
  cut.found = open_sqlite_store(database)->events("a", 0, 1000).size();
  return cut;
}

TEST_CASE("after a power cut at any moment, all that was acknowledged is there, and nothing half") {
  for (const bool while_opening : {false, true}) {
    int n = 1;
    for (bool happened = true; happened; ++n) {
      INFO("change " << n << (while_opening ? " of a new database" : ""));
      const Cut cut = cut_power_at(n, while_opening);
      CHECK(cut.found >= cut.acknowledged);
      CHECK(cut.found <= cut.acknowledged + 10);
      CHECK(cut.found % 10 == 0);
      happened = cut.happened;
    }
    CHECK(n > 30);
  }
}

TEST_CASE("a database that can only be read is refused at the start with what to do") {
  const test::TemporaryFolder folder;
  open_sqlite_store(folder.path())->commit(with_events(1));
  FaultyDisk disk;
  disk.fail_from(1, Fault::kReadOnly);
  CHECK_THROWS_WITH(open_database(folder.path()),
                    Catch::Contains(folder.path() + "/quarry.db can be read but not written") &&
                        Catch::Contains("give --data another folder"));
}

TEST_CASE("damage is found at the start, and said with the file and what to do") {
  const test::TemporaryFolder folder;
  {
    const auto store = open_sqlite_store(folder.path());
    for (int i = 0; i < 50; ++i) store->commit(with_events(10));
  }
  std::fstream file(folder.path() + "/quarry.db", std::ios::in | std::ios::out | std::ios::binary);
  for (const int page : {40, 41, 42}) {
    file.seekp(page * 4096);
    file << std::string(512, '\x7f');
  }
  file.close();
  const auto database = open_database(folder.path());
  CHECK_THROWS_WITH(check_database(*database, 60.0),
                    Catch::Contains(folder.path() + "/quarry.db") && Catch::Contains("backup"));
}

TEST_CASE("a large database is searched for damage no longer than asked") {
  const test::TemporaryFolder folder;
  const auto database = open_database(folder.path());
  const auto store = open_sqlite_store(database);
  Commit large = with_events(1);
  large.events.front().data = std::string(1 << 20, 'x');
  for (int i = 0; i < 64; ++i) large.events.push_back(large.events.front());
  store->commit(large);
  CHECK_FALSE(check_database(*database, 1e-6));
  CHECK(check_database(*database, 60.0));
}

// ----------------------------------------------------------------------------------------------------------------
// studies

json document() {
  return {{"supernet", "fashion_vit"},
          {"objectives", {{{"metric", "accuracy"}}, {{"metric", "model_size_bytes"}}}},
          {"algorithm",
           {{"name", "linas"}, {"population", 8}, {"batch", 4}, {"inner", {{"evaluations", 200}}}}},
          {"budget", {{"trials", 16}}},
          {"final_test", false}};
}

StudySpec spec(const json& changes = json::object()) {
  json changed = document();
  changed.update(changes);
  return test::spec_of(changed);
}

std::string trials_of(Store& store, const std::string& study) {
  std::string text;
  for (const TrialRecord& trial : store.trials(study, {.limit = 1000}))
    text += trial.data + (trial.on_front ? " front\n" : "\n");
  return text;
}

std::string untouched() {
  Bench bench;
  const test::FakeWorkers workers(bench.queue, 1);
  StudyManager manager(bench.context());
  const std::string id = manager.create(spec()).id;
  test::wait_for_end(*bench.store, bench.hub, id);
  return trials_of(*bench.store, id);
}

// Until the study is paused or has ended.
StudyRecord wait_for_rest(Store& store, EventHub& hub, const std::string& id) {
  StudyRecord study;
  test::wait_until(hub, id, [&] {
    study = store.study(id).value();
    return study.state == "paused" || has_ended(study.state);
  });
  return study;
}

TEST_CASE("a study is paused by its disk with the reason, and resumed it finds the same") {
  const std::string expected = untouched();
  for (const Case& broken : kCases) {
    int pauses = 0;
    for (int n = 40; n > 0; n += 97) {
      INFO(broken.cause << " from change " << n << " on");
      FaultyDisk disk;
      Bench bench;
      const test::FakeWorkers workers(bench.queue, 1);
      StudyManager manager(bench.context());
      const auto shown = show_interruptions(*bench.store, manager.interruptions());
      disk.fail_from(n, broken.fault);
      const std::string id = manager.create(spec()).id;
      const StudyRecord rest = wait_for_rest(*shown, bench.hub, id);
      if (rest.state == "completed") break;
      ++pauses;
      CHECK_THAT(rest.reason, Catch::Contains(broken.cause) && Catch::Contains(broken.what_to_do));
      CHECK_THROWS_AS(manager.resume(id), StoreError);
      CHECK_THROWS_AS(manager.settle_interruptions(), StoreError);
      CHECK(shown->study(id)->state == "paused");
      CHECK(shown->studies().front().state == "paused");
      disk.heal();
      CHECK(manager.resume(id).verdict == StudyManager::Verdict::kDone);
      test::wait_for_end(*bench.store, bench.hub, id);
      CHECK(trials_of(*bench.store, id) == expected);
      CHECK(test::states_of(*bench.store, id).ends_with("paused queued running completed "));
    }
    CHECK(pauses > 1);
  }
}

TEST_CASE("once its disk is well, a pause that could not be stored is, and outlives a restart") {
  FaultyDisk disk;
  Bench bench;
  std::string id;
  {
    const test::FakeWorkers workers(bench.queue, 1);
    StudyManager manager(bench.context());
    const auto shown = show_interruptions(*bench.store, manager.interruptions());
    disk.fail_from(100, Fault::kFull);
    id = manager.create(spec()).id;
    wait_for_rest(*shown, bench.hub, id);
    CHECK(bench.store->study(id)->state == "running");
    disk.heal();
    manager.settle_interruptions();
  }
  StudyManager next(bench.context());
  next.resume_all();
  CHECK(bench.store->study(id)->state == "paused");
  CHECK_THAT(bench.store->study(id)->reason, Catch::Contains("disk is full"));
}

TEST_CASE("a study that its disk kept from stopping stops when it is resumed") {
  FaultyDisk disk;
  Bench bench;
  StudyManager manager(bench.context());
  const auto shown = show_interruptions(*bench.store, manager.interruptions());
  const std::string id = manager.create(spec({{"algorithm", {{"name", "random"}}}})).id;
  // Then nothing is written: nobody measures.
  test::wait_until(bench.hub, id,
                   [&] { return bench.store->trials(id, {.limit = 1000}).size() >= 16; });
  // The wish is stored with the last change that the disk takes.
  for (int n = 1; bench.store->study(id)->state == "running"; ++n) {
    disk.fail_from(n, Fault::kFull);
    try {
      manager.stop(id);
    } catch (const StoreError&) {
      disk.heal();
    }
  }
  CHECK_THAT(wait_for_rest(*shown, bench.hub, id).reason, Catch::Contains("disk is full"));
  disk.heal();
  manager.settle_interruptions();
  CHECK(shown->study(id)->state == "paused");
  CHECK(manager.resume(id).verdict == StudyManager::Verdict::kDone);
  test::wait_for_end(*bench.store, bench.hub, id);
  CHECK(bench.store->study(id)->state == "completed");
  CHECK(bench.store->study(id)->reason == "stopped by the user");
}

TEST_CASE("with a full disk the API reads, says 503 to changes, and goes on when there is room") {
  FaultyDisk disk;
  test::ApiFixture api;
  const std::string first = api.finished_study();
  disk.fail_from(1, Fault::kFull);
  CHECK(api.call("GET", "/v1/studies/" + first)["state"] == "completed");
  CHECK(api.call("GET", "/v1/studies/" + first + "/front")["items"].size() > 0);
  CHECK(api.call("GET", "/readyz")["status"] == "ready");
  const json refused = api.call("POST", "/v1/studies", test::ApiFixture::kStudy);
  CHECK(api.status() == 503);
  CHECK(api.last().headers.front() == std::pair<std::string, std::string>("Retry-After", "5"));
  CHECK_THAT(refused["detail"].get<std::string>(), Catch::Contains("free space on its disk"));
  CHECK(api.call("GET", "/v1/studies")["items"].size() == 1);
  disk.heal();
  api.finished_study();
  CHECK(api.call("GET", "/v1/studies")["items"].size() == 2);
}

}  // namespace
}  // namespace quarry::server
