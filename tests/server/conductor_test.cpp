// A study from spec to front with workers that answer at once: its log, its continuation after an
// interruption at any event, its end.
#include "server/studies/conductor.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/bench.hpp"
#include "tests/support/cut_log.hpp"
#include "tests/support/fake_workers.hpp"
#include "tests/support/server.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

using test::Bench;

json spec_json(int trials) {
  return {
      {"supernet", "fashion_vit"},
      {"objectives",
       {{{"metric", "accuracy"}}, {{"metric", "latency_ms"}}, {{"metric", "model_size_bytes"}}}},
      {"algorithm",
       {{"name", "linas"}, {"population", 12}, {"batch", 6}, {"inner", {{"evaluations", 300}}}}},
      {"budget", {{"trials", trials}}},
      {"final_test", false}};
}

StudyRecord stored_study(Bench& bench, const json& document) {
  search::FieldErrors errors;
  const auto spec = parse_study_spec(document, test::library(), errors);
  REQUIRE(errors.empty());
  const StudyRecord record{.id = "st_1",
                           .name = "n",
                           .spec = to_json(*spec).dump(),
                           .state = "queued",
                           .reason = "",
                           .created_at = "T"};
  bench.store->commit({.study = record});
  return record;
}

void run_to_end(Bench& bench, int workers = 1,
                test::FakeWorkers::Evaluate evaluate = &test::fake_evaluation) {
  const test::FakeWorkers threads(bench.queue, workers, std::move(evaluate));
  Conductor(bench.context(), *bench.store->study("st_1")).run({});
}

std::vector<EventRecord> log_of(Bench& bench) { return bench.store->events("st_1", 0, 100000); }

// What was proposed and what became of it, in trial order.
std::string trials_of(Bench& bench) {
  std::string text;
  for (const TrialRecord& trial : bench.store->trials("st_1", {.limit = 10000})) {
    const json data = json::parse(trial.data);
    text += data["genome"].dump() + " " + data["state"].get<std::string>() + " " +
            data["metrics"].dump() + (trial.on_front ? " front" : "") + "\n";
  }
  return text;
}

TEST_CASE("a study runs to its budget, its baselines first, its front non-dominated") {
  Bench bench;
  stored_study(bench, spec_json(30));
  run_to_end(bench);
  const StudyRecord record = *bench.store->study("st_1");
  CHECK(record.state == "completed");
  CHECK(record.reason == "trial budget spent");
  CHECK(record.trials == 30);
  CHECK(record.hypervolume.value() > 0.0);
  const std::vector<TrialRecord> trials = bench.store->trials("st_1", {.limit = 100});
  REQUIRE(trials.size() == 30);
  CHECK(json::parse(trials[0].data)["origin"]["baseline"] == "largest f32");
  CHECK(trials[2].is_baseline);
  for (const TrialRecord& a : trials) {
    const json left = json::parse(a.data)["metrics"];
    bool dominated = false;
    for (const TrialRecord& b : trials) {
      const json right = json::parse(b.data)["metrics"];
      const auto value = [](const json& metrics, const char* name) {
        return metrics[name]["value"].get<double>();
      };
      const bool nowhere_worse =
          value(right, "accuracy") >= value(left, "accuracy") &&
          value(right, "latency_ms") <= value(left, "latency_ms") &&
          value(right, "model_size_bytes") <= value(left, "model_size_bytes");
      const bool somewhere_better =
          value(right, "accuracy") > value(left, "accuracy") ||
          value(right, "latency_ms") < value(left, "latency_ms") ||
          value(right, "model_size_bytes") < value(left, "model_size_bytes");
      dominated = dominated || (nowhere_worse && somewhere_better);
    }
    CHECK(a.on_front != dominated);
  }
}

TEST_CASE("the number of workers changes nothing about the trials") {
  Bench one;
  stored_study(one, spec_json(30));
  run_to_end(one, 1);
  Bench four;
  stored_study(four, spec_json(30));
  run_to_end(four, 4);
  CHECK(trials_of(four) == trials_of(one));
}

TEST_CASE("cut off after any event and started again, a study goes on to the same trials") {
  Bench whole;
  stored_study(whole, spec_json(26));
  run_to_end(whole);
  const std::string expected = trials_of(whole);
  const std::vector<EventRecord> log = log_of(whole);
  for (std::size_t kept = 0; kept < log.size(); kept += 7) {
    Bench cut;
    test::store_cut_log(*cut.store, stored_study(cut, spec_json(26)), log, kept);
    run_to_end(cut);
    INFO("cut after " << kept << " events");
    REQUIRE(trials_of(cut) == expected);
  }
}

TEST_CASE("what an earlier study measured on this machine is not measured again") {
  Bench bench;
  stored_study(bench, spec_json(20));
  run_to_end(bench);
  StudyRecord second = *bench.store->study("st_1");
  second.id = "st_2";
  second.state = "queued";
  second.trials = 0;
  bench.store->commit({.study = second});
  std::atomic<int> measured = 0;
  {
    const test::FakeWorkers workers(bench.queue, 1, [&](const evaluators::Task& task) {
      ++measured;
      return test::fake_evaluation(task);
    });
    Conductor(bench.context(), second).run({});
  }
  CHECK(measured == 0);
  CHECK(bench.store->study("st_2")->trials == 20);
  CHECK(bench.store->study("st_2")->hypervolume == bench.store->study("st_1")->hypervolume);
}

TEST_CASE("a candidate that fails is recorded with its reason and the study goes on") {
  Bench bench;
  stored_study(bench, spec_json(20));
  run_to_end(bench, 2, [](const evaluators::Task& task) -> evaluators::Evaluation {
    if (task.trial % 4 == 1 && task.evaluator == "validation")
      return {.metrics = {}, .failure = "no int8 kernel"};
    return test::fake_evaluation(task);
  });
  CHECK(bench.store->study("st_1")->state == "completed");
  const std::vector<TrialRecord> trials = bench.store->trials("st_1", {.limit = 100});
  REQUIRE(trials.size() == 20);
  CHECK(trials[5].state == "failed");
  CHECK(json::parse(trials[5].data)["reason"] == "validation: no int8 kernel");
  CHECK_FALSE(trials[5].on_front);
  CHECK(trials[6].state == "succeeded");
}

TEST_CASE("constraints keep infeasible trials off the front") {
  Bench bench;
  json document = spec_json(25);
  document["constraints"] = {{{"metric", "model_size_bytes"}, {"max", 200000}}};
  stored_study(bench, document);
  run_to_end(bench);
  int infeasible = 0;
  for (const TrialRecord& trial : bench.store->trials("st_1", {.limit = 100})) {
    const bool over =
        json::parse(trial.data)["metrics"]["model_size_bytes"]["value"].get<double>() > 200000;
    CHECK((trial.state == "infeasible") == over);
    CHECK_FALSE((over && trial.on_front));
    infeasible += over ? 1 : 0;
  }
  CHECK(infeasible > 0);
}

TEST_CASE("a spent time budget ends the search and cancels what is under way") {
  Bench bench;
  json document = spec_json(1000);
  document["budget"]["seconds"] = 5.0;
  stored_study(bench, document);
  std::atomic<int> done = 0;
  run_to_end(bench, 1, [&](const evaluators::Task& task) {
    if (++done == 30) bench.now = 6.0;
    return test::fake_evaluation(task);
  });
  const StudyRecord record = *bench.store->study("st_1");
  CHECK(record.state == "completed");
  CHECK(record.reason == "time budget spent");
  CHECK(record.trials < 100);
  for (const TrialRecord& trial : bench.store->trials("st_1", {.limit = 1000}))
    CHECK(trial.state != "queued");
}

TEST_CASE("a log that the algorithm does not repeat fails the study and says so") {
  Bench bench;
  stored_study(bench, spec_json(20));
  run_to_end(bench);
  StudyRecord edited = *bench.store->study("st_1");
  json spec = json::parse(edited.spec);
  spec["seed"] = 43;
  edited.spec = spec.dump();
  edited.state = "running";
  bench.store->commit({.study = edited});
  run_to_end(bench);
  CHECK(bench.store->study("st_1")->state == "failed");
  CHECK(bench.store->study("st_1")->reason.find("does not repeat trial 3 of the log") !=
        std::string::npos);
}

}  // namespace
}  // namespace quarry::server
