// What a user can do to a study while it lives, and that none of it changes what the search finds.
#include <catch2/catch.hpp>
#include <latch>
#include <nlohmann/json.hpp>

#include "server/studies/study_manager.hpp"
#include "server/studies/study_state.hpp"
#include "tests/support/bench.hpp"
#include "tests/support/cut_log.hpp"
#include "tests/support/fake_workers.hpp"
#include "tests/support/studies.hpp"
#include "tests/support/wait_for_end.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;
using test::Bench;
using test::spec_of;
using Verdict = StudyManager::Verdict;

json document_of(int trials) {
  return {
      {"supernet", "fashion_vit"},
      {"objectives", {{{"metric", "accuracy"}}, {{"metric", "model_size_bytes"}}}},
      {"algorithm",
       {{"name", "linas"}, {"population", 10}, {"batch", 5}, {"inner", {{"evaluations", 300}}}}},
      {"budget", {{"trials", trials}}},
      {"final_test", false}};
}

std::string trials_of(Bench& bench, const std::string& study) {
  std::string text;
  for (const TrialRecord& trial : bench.store->trials(study, {.limit = 1000})) {
    const json data = json::parse(trial.data);
    text += data["genome"].dump() + data["state"].dump() + data["metrics"]["accuracy"].dump() +
            (trial.on_front ? " front\n" : "\n");
  }
  return text;
}

// The trials of a study that nobody touched.
std::string untouched(int trials) {
  Bench bench;
  const test::FakeWorkers workers(bench.queue, 1);
  StudyManager manager(bench.context());
  const std::string id = manager.create(spec_of(document_of(trials))).id;
  test::wait_for_end(*bench.store, bench.hub, id);
  return trials_of(bench, id);
}

// Resumes the study as often as it is found paused; gives how often that was.
int run_through_pauses(Bench& bench, StudyManager& manager, const std::string& id) {
  int pauses = 0;
  test::wait_until(bench.hub, id, [&] {
    while (bench.store->study(id)->state == "paused") {
      ++pauses;
      CHECK(manager.resume(id).verdict == Verdict::kDone);
    }
    return has_ended(bench.store->study(id)->state);
  });
  return pauses;
}

// Workers that pause the study at every seventh task, while that is under way.
class PausingWorkers {
 public:
  PausingWorkers(Bench& bench, StudyManager& manager)
      : workers_(bench.queue, 1, [this, &manager](const evaluators::Task& task) {
          if (++done_ % 7 == 0) manager.pause(task.study);
          return test::fake_evaluation(task);
        }) {}

 private:
  std::atomic<int> done_ = 0;
  test::FakeWorkers workers_;
};

TEST_CASE("paused and resumed again and again, a study finds the same") {
  Bench bench;
  StudyManager manager(bench.context());
  const std::string id = manager.create(spec_of(document_of(25))).id;
  const PausingWorkers workers(bench, manager);
  CHECK(run_through_pauses(bench, manager, id) >= 2);
  CHECK(trials_of(bench, id) == untouched(25));
  CHECK(test::states_of(*bench.store, id)
            .starts_with("running pausing paused queued running pausing paused "));
}

TEST_CASE("extended, paused and cut off after any event, a study goes on to the same trials") {
  const std::string expected = untouched(25);
  Bench whole;
  StudyManager manager(whole.context());
  const StudyRecord made = manager.create(spec_of(document_of(14)));
  {
    const test::FakeWorkers workers(whole.queue, 1);
    test::wait_for_end(*whole.store, whole.hub, made.id);
  }
  const std::size_t first_end = whole.store->events(made.id, 0, 100000).size();
  manager.extend(made.id, {.trials = 11});
  const PausingWorkers workers(whole, manager);
  run_through_pauses(whole, manager, made.id);
  REQUIRE(trials_of(whole, made.id) == expected);
  const std::vector<EventRecord> log = whole.store->events(made.id, 0, 100000);
  for (std::size_t kept = first_end + 2; kept < log.size(); kept += 3) {
    INFO("cut after " << kept << " events");
    Bench cut;
    StudyRecord record = made;
    test::store_cut_log(*cut.store, record, log, kept);
    StudyManager next(cut.context());
    next.resume_all();
    const test::FakeWorkers calm(cut.queue, 1);
    run_through_pauses(cut, next, made.id);
    REQUIRE(trials_of(cut, made.id) == expected);
  }
}

TEST_CASE("a paused study stays paused when a server takes up what was running") {
  Bench bench;
  std::string id;
  {
    StudyManager manager(bench.context());
    id = manager.create(spec_of(document_of(25))).id;
    manager.pause(id);
    test::wait_for_state(*bench.store, bench.hub, id, "paused");
  }
  StudyManager manager(bench.context());
  manager.resume_all();
  CHECK(bench.store->study(id)->state == "paused");
  const test::FakeWorkers workers(bench.queue, 1);
  CHECK(run_through_pauses(bench, manager, id) == 1);
  CHECK(trials_of(bench, id) == untouched(25));
}

TEST_CASE("a study that was pausing when the server died is paused when it starts again") {
  Bench bench;
  const StudySpec spec = spec_of(document_of(20));
  StudyRecord record{.id = "st_1",
                     .name = "n",
                     .spec = to_json(spec).dump(),
                     .state = "pausing",
                     .reason = "paused by the user",
                     .created_at = "T"};
  bench.store->commit({.study = record});
  StudyManager manager(bench.context());
  manager.resume_all();
  test::wait_for_state(*bench.store, bench.hub, "st_1", "paused");
  CHECK(bench.store->trials("st_1", {}).empty());
}

TEST_CASE("an extended study goes on to the trials of one that had that budget at once") {
  Bench bench;
  const test::FakeWorkers workers(bench.queue, 1);
  StudyManager manager(bench.context());
  const std::string id = manager.create(spec_of(document_of(14))).id;
  test::wait_for_end(*bench.store, bench.hub, id);
  const auto extended = manager.extend(id, {.trials = 11});
  CHECK(extended.verdict == Verdict::kDone);
  CHECK(extended.study.state == "queued");
  test::wait_for_end(*bench.store, bench.hub, id);
  CHECK(bench.store->study(id)->trials == 25);
  CHECK(budget_of(*bench.store->study(id)).trials == 25);
  CHECK(trials_of(bench, id) == untouched(25));
}

TEST_CASE("a study extended while it runs is not ended by the budget that it had") {
  Bench bench;
  StudyManager manager(bench.context());
  const std::string id = manager.create(spec_of(document_of(14))).id;
  CHECK(manager.extend(id, {.trials = 11}).verdict == Verdict::kDone);
  {
    const test::FakeWorkers workers(bench.queue, 1);
    test::wait_for_end(*bench.store, bench.hub, id);
  }
  CHECK(bench.store->study(id)->trials == 25);
  CHECK(trials_of(bench, id) == untouched(25));
}

TEST_CASE(
    "an enqueued network is the next trial, and one that was measured is not measured again") {
  Bench bench;
  StudyManager manager(bench.context());
  const std::string id = manager.create(spec_of(document_of(20)), {}, true).id;
  CHECK(bench.store->study(id)->state == "draft");
  const search::Supernet& supernet = test::library().find("fashion_vit")->supernet();
  search::Genome wanted = supernet.baselines.back().genome;
  wanted = search::Genome(wanted.size(), 0);
  wanted = supernet.space.canonical(wanted);
  CHECK(manager.enqueue(id, wanted).verdict == Verdict::kDone);
  CHECK(manager.enqueue(id, wanted).verdict == Verdict::kDone);
  CHECK(manager.resume(id).verdict == Verdict::kDone);
  const test::FakeWorkers workers(bench.queue, 1);
  test::wait_for_end(*bench.store, bench.hub, id);
  const auto trials = bench.store->trials(id, {.limit = 100});
  REQUIRE(trials.size() == 20);
  const json first = json::parse(trials[0].data);
  CHECK(first["origin"]["how"] == "enqueued");
  CHECK(first["genome"] == wanted);
  int skipped = 0;
  for (const EventRecord& event : bench.store->events(id, 0, 10000))
    skipped += event.type == "trial.skipped" ? 1 : 0;
  CHECK(skipped == 1);
}

TEST_CASE("a stopped study keeps what it found, a cancelled one ends at once") {
  Bench bench;
  std::latch go_on(1);
  const test::FakeWorkers workers(bench.queue, 1, [&](const evaluators::Task& task) {
    if (task.trial >= 2) go_on.wait();
    return test::fake_evaluation(task);
  });
  StudyManager manager(bench.context());
  const std::string stopped = manager.create(spec_of(document_of(1000))).id;
  CHECK(manager.stop(stopped).verdict == Verdict::kDone);
  go_on.count_down();
  test::wait_for_end(*bench.store, bench.hub, stopped);
  CHECK(bench.store->study(stopped)->state == "completed");
  CHECK(bench.store->study(stopped)->reason == "stopped by the user");
  CHECK(manager.stop("st_nobody").verdict == Verdict::kUnknown);
  CHECK(manager.stop(stopped).verdict == Verdict::kRefused);

  const std::string cancelled = manager.create(spec_of(document_of(1000))).id;
  manager.pause(cancelled);
  manager.cancel(cancelled);
  test::wait_for_end(*bench.store, bench.hub, cancelled);
  CHECK(bench.store->study(cancelled)->state == "cancelled");
  for (const TrialRecord& trial : bench.store->trials(cancelled, {.limit = 1000}))
    CHECK(trial.state != "queued");
}

TEST_CASE("a cancelled study can be deleted, a paused one cannot but can be cancelled") {
  Bench bench;
  StudyManager manager(bench.context());
  const std::string id = manager.create(spec_of(document_of(20))).id;
  CHECK(manager.remove(id).verdict == Verdict::kRefused);
  manager.pause(id);
  test::wait_for_state(*bench.store, bench.hub, id, "paused");
  CHECK(manager.remove(id).verdict == Verdict::kRefused);
  manager.cancel(id);
  test::wait_for_end(*bench.store, bench.hub, id);
  CHECK(manager.remove(id).verdict == Verdict::kDone);
  CHECK_FALSE(bench.store->study(id).has_value());
}

TEST_CASE("a pause stops the study's clock") {
  Bench bench;
  StudyManager manager(bench.context());
  json document = document_of(20);
  document["budget"]["seconds"] = 100.0;
  const std::string id = manager.create(spec_of(document)).id;
  test::wait_for_state(*bench.store, bench.hub, id, "running");
  manager.pause(id);
  test::wait_for_state(*bench.store, bench.hub, id, "paused");
  bench.now = 1000.0;
  manager.resume(id);
  const test::FakeWorkers workers(bench.queue, 1);
  test::wait_for_end(*bench.store, bench.hub, id);
  CHECK(bench.store->study(id)->reason == "trial budget spent");
  CHECK(bench.store->study(id)->elapsed_seconds < 100.0);
}

TEST_CASE("many studies run at once, each to its own end") {
  Bench bench;
  const test::FakeWorkers workers(bench.queue, 2);
  StudyManager manager(bench.context());
  std::vector<std::string> ids;
  for (int i = 0; i < 6; ++i) {
    json document = document_of(12);
    document["seed"] = i;
    ids.push_back(manager.create(spec_of(document), {.priority = i + 1}).id);
  }
  for (const std::string& id : ids) {
    test::wait_for_end(*bench.store, bench.hub, id);
    CHECK(bench.store->study(id)->trials == 12);
  }
}

TEST_CASE("a manager takes up the studies that were running") {
  Bench bench;
  const StudySpec spec = spec_of(document_of(15));
  bench.store->commit({.study = {.id = "st_1",
                                 .name = "n",
                                 .spec = to_json(spec).dump(),
                                 .state = "running",
                                 .reason = "",
                                 .created_at = "T"}});
  const test::FakeWorkers workers(bench.queue, 2);
  StudyManager manager(bench.context());
  manager.resume_all();
  test::wait_for_end(*bench.store, bench.hub, "st_1");
  CHECK(bench.store->study("st_1")->trials == 15);
}

}  // namespace
}  // namespace quarry::server
