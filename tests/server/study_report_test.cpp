#include "server/cli/study_report.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace quarry::server {
namespace {

using nlohmann::json;

const json kStudy = json::parse(R"({
  "id": "st_1", "name": "bert", "state": "running", "reason": "", "tags": ["night", "gpu"],
  "notes": "", "allowed": ["pause", "stop"], "hypervolume": 0.8125,
  "spec": {"supernet": "small", "algorithm": {"name": "linas"},
           "objectives": [{"metric": "accuracy", "goal": "maximize"}, {"metric": "latency_ms", "goal": "minimize"}]},
  "progress": {"trials": 12, "budget": {"trials": 50}, "elapsed_s": 75.2, "eta_s": 238},
  "history": [{"state": "created", "reason": "", "at": "T1"}, {"state": "paused", "reason": "asked for", "at": "T2"}]
})");

TEST_CASE("a study reads as what it searches, how far it is, and what became of it when") {
  CHECK(study_report(kStudy) ==
        "st_1  bert\n"
        "  state       running\n"
        "  supernet    small\n"
        "  objectives  maximize accuracy, minimize latency_ms\n"
        "  algorithm   linas\n"
        "  progress    12 of 50 trials in 1:15, ETA 3:58\n"
        "  hypervolume 0.8125\n"
        "  tags        night, gpu\n"
        "  allowed     pause, stop\n"
        "  T1  created\n"
        "  T2  paused: asked for\n");
}

TEST_CASE("studies stand one a line") {
  CHECK(study_table(json{kStudy}) == "st_1  running        12/50      bert  [night,gpu]\n");
}

TEST_CASE("trials stand in columns, numbers at the right, what is missing left free") {
  const json trials = json::parse(R"([
    {"number": 9, "state": "succeeded", "origin": {"how": "random"}, "metrics": {"macs": {"value": 1000}, "accuracy": {"value": 0.5}}},
    {"number": 10, "state": "failed", "origin": {"how": "seed"}, "metrics": {}}])");
  CHECK(trial_table(trials) ==
        "trial  state      accuracy  macs  origin\n"
        "    9  succeeded       0.5  1000  random\n"
        "   10  failed                     seed\n");
}

TEST_CASE("workers show what they are at") {
  const json workers = json::parse(R"([
    {"name": "server", "kind": "threads", "tasks": []},
    {"name": "me", "kind": "remote", "tags": ["gpu"], "silent_s": 4, "tasks": [{"id": "t.0"}, {"id": "t.1"}]}])");
  CHECK(worker_table(workers) ==
        "worker  kind     silent  tags  tasks\n"
        "server  threads\n"
        "me      remote     0:04  gpu   t.0, t.1\n");
}

TEST_CASE("machines and measurements name where a number comes from") {
  CHECK(machine_table(json::parse(R"([{"id": "fp_1", "measurements": 3, "text": "a phone"}])")) ==
        "fingerprint  measurements  machine\n"
        "fp_1                    3  a phone\n");
  CHECK(
      measurement_table(json::parse(
          R"([{"id": 7, "metric": "latency_ms", "value": 2.5, "spread": 0.125, "source": "measured",
                 "supernet": "small", "evaluator": "onednn", "fingerprint": "fp_1"}])")) ==
      "id  metric      value  spread  source    supernet  evaluator  fingerprint\n"
      " 7  latency_ms    2.5   0.125  measured  small     onednn     fp_1\n");
}

}  // namespace
}  // namespace quarry::server
