// Leases with a clock that tests move by hand: who may bring a result, what happens to those that
// come too late, what survives the end of a server.
#include "server/studies/task_desk.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <thread>

#include "server/studies/study_manager.hpp"
#include "server/studies/study_state.hpp"
#include "tests/support/bench.hpp"
#include "tests/support/fake_workers.hpp"
#include "tests/support/studies.hpp"
#include "tests/support/wait_for_end.hpp"
#include "tests/support/wakes.hpp"

namespace quarry::server {
namespace {

using evaluators::Evaluation;
using evaluators::FailureKind;
using nlohmann::json;
using Verdict = TaskDesk::Verdict;

const Offer kProgram{.study = "",
                     .evaluators = {evaluators::kExternal},
                     .metrics = {},
                     .tags = {"gpu", "device=phone"},
                     .machine = ""};

json tagged_study(int trials) {
  return {{"supernet", "fashion_vit"},
          {"objectives", {{{"metric", "accuracy"}}, {{"metric", "model_size_bytes"}}}},
          {"metrics", {{"accuracy", {{"evaluator", "external"}, {"tags", {"gpu"}}}}}},
          {"algorithm",
           {{"name", "linas"}, {"population", 6}, {"batch", 3}, {"inner", {{"evaluations", 200}}}}},
          {"budget", {{"trials", trials}}}};
}

// The whole of a server but HTTP and workers; restart() is its death and its next life.
struct Desk {
  test::Bench bench;
  std::unique_ptr<TaskQueue> queue;
  std::unique_ptr<TaskDesk> desk;
  std::unique_ptr<StudyManager> manager;

  Desk() { begin(); }
  ~Desk() { manager.reset(); }
  void begin() {
    queue = std::make_unique<TaskQueue>();
    desk = std::make_unique<TaskDesk>(*queue, *bench.store, bench.leases, bench.clock(), "fp_here");
    manager = std::make_unique<StudyManager>(
        StudyContext{*bench.store, bench.hub, *queue, test::library(), bench.pool, bench.clock()});
  }
  void end() {
    manager.reset();
    desk.reset();
    queue.reset();
  }
  void restart() {
    end();
    begin();
    manager->resume_all();
  }

  std::string start(const json& document) { return manager->create(test::spec_of(document)).id; }

  // Waits for a task, woken by the desk.
  Lease claim(const std::string& worker, const Offer& offer = kProgram) {
    return *test::try_at_wakes(
        [&](std::function<void()> wake) { return desk->subscribe(std::move(wake)); },
        [&] { return desk->claim(worker, offer, 60.0); });
  }

  TaskDesk::Reply bring(const Lease& lease, double value) {
    Evaluation evaluation;
    for (const std::string& metric : lease.task.metrics)
      evaluation.metrics[metric] = {.value = value, .source = search::Source::kReported};
    return send(lease, evaluation);
  }
  TaskDesk::Reply fail(const Lease& lease, FailureKind kind) {
    return send(lease, {.metrics = {}, .failure = "no luck", .kind = kind});
  }
  // Again as long as the desk is busy: it is woken when that is over.
  TaskDesk::Reply send(const Lease& lease, const Evaluation& evaluation) {
    const test::Wakes wakes;
    const auto subscription = desk->subscribe(wakes.waker());
    while (true) {
      const auto reply =
          desk->complete(lease.task.id, lease.token, evaluation, outcome_to_text(evaluation));
      if (reply.verdict != Verdict::kBusy) return reply;
      wakes.wait();
    }
  }

  // Claims and brings until the study has ended.
  void run_to_end(const std::string& study) {
    const test::Wakes wakes;
    const auto tasks = desk->subscribe(wakes.waker());
    const auto events = bench.hub.subscribe(study, wakes.waker());
    while (!has_ended(bench.store->study(study)->state)) {
      if (const auto lease = desk->claim("w", kProgram, 60.0)) {
        CHECK(bring(*lease, value_of(lease->task)).verdict == Verdict::kAccepted);
      } else {
        wakes.wait();
      }
    }
  }
  static double value_of(const evaluators::Task& task) {
    return test::fake_evaluation(task).metrics.at("accuracy").value;
  }

  void wait_for_trial(const std::string& study, std::int64_t number, const std::string& state) {
    test::wait_until(bench.hub, study, [&] { return trial(study, number)["state"] == state; });
  }
  json trial(const std::string& study, std::int64_t number) {
    const auto rows = bench.store->trials(study, {.after = number - 1, .limit = 1});
    return rows.empty() ? json{{"state", ""}} : json::parse(rows[0].data);
  }
  int count(const std::string& study, const std::string& type) {
    int found = 0;
    for (const EventRecord& event : bench.store->events(study, 0, 100000))
      found += event.type == type ? 1 : 0;
    return found;
  }
  std::string trials_of(const std::string& study) {
    std::string text;
    for (const TrialRecord& row : bench.store->trials(study, {.limit = 1000})) {
      const json data = json::parse(row.data);
      text += data["genome"].dump() + data["metrics"]["accuracy"].dump() + "\n";
    }
    return text;
  }
};

TEST_CASE("a study is evaluated by the user's own program alone, and its numbers are reported") {
  Desk desk;
  const std::string id = desk.start(tagged_study(15));
  desk.run_to_end(id);
  CHECK(desk.bench.store->study(id)->reason == "trial budget spent");
  CHECK(desk.bench.store->study(id)->trials == 15);
  CHECK(desk.trial(id, 9)["metrics"]["accuracy"]["source"] == "reported");
}

TEST_CASE("only the latest lease brings a result; an earlier one's is kept and never told") {
  Desk desk;
  const std::string id = desk.start(tagged_study(15));
  const Lease first = desk.claim("slow");
  desk.bench.now = 59.0;
  desk.desk->sweep();
  CHECK(desk.desk->heartbeat(first.task.id, first.token).verdict == Verdict::kAccepted);
  desk.bench.now = 118.0;  // 59 s after the heartbeat
  desk.desk->sweep();
  CHECK(desk.count(id, "trial.retried") == 0);
  desk.bench.now = 119.0;
  desk.desk->sweep();
  // The task goes to the end of the queue, so that 16 claims at most bring it back.
  Lease second = desk.claim("quick");
  while (second.task.id != first.task.id) second = desk.claim("quick");
  CHECK(second.token > first.token);
  CHECK(desk.count(id, "trial.retried") == 1);

  const auto late = desk.bring(first, 0.1);
  CHECK(late.verdict == Verdict::kOrphan);
  CHECK(late.why.find("was given to quick") != std::string::npos);
  CHECK(desk.bring(first, 0.1).verdict == Verdict::kOrphan);
  CHECK(desk.bring(second, 0.9).verdict == Verdict::kAccepted);
  desk.wait_for_trial(id, 0, "succeeded");
  CHECK(desk.trial(id, 0)["metrics"]["accuracy"]["value"] == 0.9);
  const auto leases = desk.bench.leases.of_task(first.task.id);
  REQUIRE(leases.size() == 2);
  CHECK(leases[0].state == "orphan");
  CHECK(outcome_from_text(leases[0].outcome).metrics.at("accuracy").value == 0.1);
}

TEST_CASE("the same result again is answered the same, another is a conflict with the first") {
  Desk desk;
  const std::string id = desk.start(tagged_study(15));
  const Lease lease = desk.claim("w");
  CHECK(desk.bring(lease, 0.5).verdict == Verdict::kAccepted);
  CHECK(desk.bring(lease, 0.5).verdict == Verdict::kAccepted);
  const auto other = desk.bring(lease, 0.6);
  CHECK(other.verdict == Verdict::kConflict);
  CHECK(json::parse(other.stored)["metrics"]["accuracy"]["value"] == 0.5);
  desk.wait_for_trial(id, 0, "succeeded");
  CHECK(desk.count(id, "trial.measured") == 1);
  CHECK(desk.desk->complete("st_1.0.0", 1, {}, "").verdict == Verdict::kUnknown);
}

TEST_CASE("a result that comes after its lease, before anybody else has the task, is taken") {
  Desk desk;
  const std::string id = desk.start(tagged_study(15));
  const Lease lease = desk.claim("slow");
  desk.bench.now = 61.0;
  desk.desk->sweep();
  CHECK(desk.bring(lease, 0.7).verdict == Verdict::kAccepted);
  desk.wait_for_trial(id, 0, "succeeded");
  // Nobody is given what is there.
  const Lease next = desk.claim("quick");
  CHECK(next.task.id != lease.task.id);
}

TEST_CASE("failures are tried again as the study says, and then end the trial by what they were") {
  Desk desk;
  json document = tagged_study(15);
  document["retries"] = {{"max", 1}, {"on", {"expired", "retryable"}}};
  const std::string id = desk.start(document);
  const Lease zero = desk.claim("w");
  REQUIRE(zero.task.trial == 0);
  CHECK(desk.fail(zero, FailureKind::kFinal).verdict == Verdict::kAccepted);
  desk.wait_for_trial(id, 0, "failed");
  CHECK(desk.trial(id, 0)["reason"] == "external: no luck");

  const Lease one = desk.claim("w");
  REQUIRE(one.task.trial == 1);
  CHECK(desk.fail(one, FailureKind::kRetryable).verdict == Verdict::kAccepted);
  Lease again = desk.claim("w");
  while (again.task.trial != 1) again = desk.claim("w");
  CHECK(desk.fail(again, FailureKind::kRetryable).verdict == Verdict::kAccepted);
  desk.wait_for_trial(id, 1, "failed");

  // All others were given away by now; twice nobody hears of trial 2.
  desk.bench.now = 61.0;
  desk.desk->sweep();
  Lease two = desk.claim("w");
  while (two.task.trial != 2) two = desk.claim("w");
  desk.bench.now = 122.0;
  desk.desk->sweep();
  desk.wait_for_trial(id, 2, "expired");
  CHECK(desk.bring(two, 0.5).verdict == Verdict::kOrphan);
}

TEST_CASE("a trial is complete when every worker's part of it is there") {
  Desk desk;
  json document = tagged_study(15);
  document["objectives"][1]["metric"] = "latency_ms";
  document["metrics"]["latency_ms"] = {{"evaluator", "external"}, {"tags", {"device=phone"}}};
  const std::string id = desk.start(document);
  Offer server = kProgram;
  server.tags = {"gpu"};
  Offer phone = kProgram;
  phone.tags = {"device=phone"};
  const Lease latency = desk.claim("phone", phone);
  const Lease accuracy = desk.claim("server", server);
  REQUIRE(latency.task.trial == 0);
  REQUIRE(accuracy.task.trial == 0);
  CHECK(latency.task.metrics == std::vector<std::string>{"latency_ms"});
  CHECK(desk.desk->live_states(id).at(0) == "leased");
  CHECK(desk.bring(latency, 3.0).verdict == Verdict::kAccepted);
  desk.desk->heartbeat(accuracy.task.id, accuracy.token);
  CHECK(desk.desk->live_states(id).at(0) == "measuring");
  CHECK(desk.trial(id, 0)["state"] == "queued");
  CHECK(desk.bring(accuracy, 0.8).verdict == Verdict::kAccepted);
  desk.wait_for_trial(id, 0, "succeeded");
  CHECK(desk.trial(id, 0)["metrics"]["latency_ms"]["value"] == 3.0);
}

TEST_CASE("leases outlive the server, and what was accepted is not lost with it") {
  Desk desk;
  const std::string id = desk.start(tagged_study(15));
  const Lease held = desk.claim("w");
  const Lease brought = desk.claim("w");
  // Accepted while there is nobody to hear of it: as if the server had died right after.
  desk.manager.reset();
  CHECK(desk.bring(brought, Desk::value_of(brought.task)).verdict == Verdict::kAccepted);
  desk.restart();
  desk.wait_for_trial(id, static_cast<std::int64_t>(brought.task.trial), "succeeded");
  CHECK(desk.desk->heartbeat(held.task.id, held.token).verdict == Verdict::kAccepted);
  CHECK(desk.bring(held, Desk::value_of(held.task)).verdict == Verdict::kAccepted);
  desk.run_to_end(id);
  CHECK(desk.bench.leases.of_task(held.task.id).size() == 1);
  CHECK(desk.bench.leases.of_task(brought.task.id).size() == 1);

  Desk calm;
  const std::string other = calm.start(tagged_study(15));
  calm.run_to_end(other);
  CHECK(desk.trials_of(id) == calm.trials_of(other));
}

TEST_CASE("a study that pauses waits for its leases, and results of a cancelled one are orphans") {
  Desk desk;
  const std::string id = desk.start(tagged_study(15));
  const Lease one = desk.claim("w");
  const Lease two = desk.claim("w");
  desk.manager->pause(id);
  CHECK(desk.bring(one, 0.5).verdict == Verdict::kAccepted);
  desk.wait_for_trial(id, 0, "succeeded");
  CHECK(desk.bench.store->study(id)->state == "pausing");
  CHECK(desk.bring(two, 0.6).verdict == Verdict::kAccepted);
  test::wait_for_state(*desk.bench.store, desk.bench.hub, id, "paused");
  CHECK_FALSE(desk.desk->claim("w", kProgram, 60.0).has_value());
  desk.manager->resume(id);
  const Lease three = desk.claim("w");
  CHECK(three.task.trial == 2);
  desk.manager->cancel(id);
  test::wait_for_end(*desk.bench.store, desk.bench.hub, id);
  const auto late = desk.bring(three, 0.5);
  CHECK(late.verdict == Verdict::kOrphan);
  CHECK(late.why.find("is cancelled") != std::string::npos);
}

TEST_CASE("tagged measurements of one study come from one machine") {
  Desk desk;
  json document = tagged_study(15);
  document["metrics"]["latency_ms"] = {{"evaluator", "onednn"}, {"tags", {"device=phone"}}};
  desk.start(document);
  const auto phone = [](const std::string& machine) {
    return Offer{.study = "",
                 .evaluators = {"onednn", "validation"},
                 .metrics = {},
                 .tags = {"device=phone"},
                 .machine = machine};
  };
  const Lease first = desk.claim("a", phone("fp_a"));
  CHECK(first.task.evaluator == "onednn");
  CHECK_FALSE(desk.desk->claim("b", phone("fp_b"), 60.0).has_value());
  CHECK(desk.claim("a2", phone("fp_a")).task.evaluator == "onednn");
  // When the machine is not heard of again without a result, another may take its place.
  desk.bench.now = 61.0;
  desk.desk->sweep();
  const Lease second = desk.claim("b", phone("fp_b"));
  CHECK(second.task.machine == "fp_b");
  CHECK_FALSE(desk.desk->claim("a", phone("fp_a"), 60.0).has_value());
}

TEST_CASE("what is measured on this machine is given only to workers on an equal one") {
  Desk desk;
  json document = tagged_study(15);
  document["metrics"]["latency_ms"] = {{"evaluator", "onednn"}};
  desk.start(document);
  desk.claim("w");  // by now the first trial's tasks are there
  Offer worker{
      .study = "", .evaluators = {"onednn"}, .metrics = {}, .tags = {}, .machine = "fp_other"};
  CHECK_FALSE(desk.desk->claim("a", worker, 60.0).has_value());
  worker.machine = "fp_here";
  CHECK(desk.claim("a", worker).task.evaluator == "onednn");
}

TEST_CASE("the list of workers shows who lives and what they are at") {
  Desk desk;
  desk.start(tagged_study(15));
  const Lease lease = desk.claim("w");
  desk.bench.now = 10.0;
  const auto workers = desk.desk->workers();
  REQUIRE(workers.size() == 1);
  CHECK(workers[0].name == "w");
  CHECK(workers[0].silent_seconds == 10.0);
  REQUIRE(workers[0].leases.size() == 1);
  CHECK(workers[0].leases[0].token == lease.token);
}

TEST_CASE("many programs and a sweeping server at once: every trial is told once") {
  Desk desk;
  json document = tagged_study(60);
  document["in_flight"] = 32;
  const std::string id = desk.start(document);
  std::vector<std::jthread> programs;
  for (int i = 0; i < 4; ++i) {
    programs.emplace_back([&, i](std::stop_token stop) {
      const test::Wakes wakes;
      const auto tasks = desk.desk->subscribe(wakes.waker());
      const std::stop_callback wake(stop, wakes.waker());
      const std::string name = "program " + std::to_string(i);
      while (!stop.stop_requested()) {
        if (const auto lease = desk.desk->claim(name, kProgram, 60.0)) {
          desk.desk->heartbeat(lease->task.id, lease->token);
          desk.bring(*lease, Desk::value_of(lease->task));
        } else {
          wakes.wait();
        }
      }
    });
  }
  std::jthread sweeper([&](std::stop_token stop) {
    while (!stop.stop_requested()) {
      desk.desk->sweep();
      std::this_thread::yield();
    }
  });
  test::wait_for_end(*desk.bench.store, desk.bench.hub, id);
  CHECK(desk.count(id, "trial.measured") == 60);
  CHECK(desk.bench.store->study(id)->trials == 60);
}

}  // namespace
}  // namespace quarry::server
