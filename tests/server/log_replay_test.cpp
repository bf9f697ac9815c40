// Whether a log is what its search finds: studies of every kind replay to the last byte, and what
// was changed in a log is found.
#include "server/archives/log_replay.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "search/algorithms/registry.hpp"
#include "server/studies/study_manager.hpp"
#include "tests/support/archives.hpp"
#include "tests/support/bench.hpp"
#include "tests/support/fake_workers.hpp"
#include "tests/support/manifests.hpp"
#include "tests/support/small_options.hpp"
#include "tests/support/studies.hpp"
#include "tests/support/wait_for_end.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

evaluators::SupernetLibrary& supernets() {
  static evaluators::SupernetLibrary library = evaluators::SupernetLibrary::builtin();
  return library;
}

const json kDocument = {
    {"supernet", "fashion_vit"},
    {"objectives", {{{"metric", "accuracy"}}, {{"metric", "latency_ms"}}}},
    {"constraints", json::array({{{"metric", "latency_ms"}, {"max", 1.2}}})},
    {"algorithm",
     {{"name", "linas"}, {"population", 8}, {"batch", 4}, {"inner", {{"evaluations", 200}}}}},
    {"budget", {{"trials", 20}}},
    {"final_test", false}};

evaluators::Evaluation vague(const evaluators::Task& task) {
  evaluators::Evaluation evaluation = test::fake_evaluation(task);
  for (auto& [metric, measurement] : evaluation.metrics)
    if (metric == "latency_ms") measurement.spread = 0.1;
  return evaluation;
}

// A study with all that a life may bring: enqueued, extended, confirmed.
StudyArchive eventful(const json& document = kDocument,
                      const evaluators::SupernetLibrary& library = test::library(),
                      std::int64_t more = 6) {
  test::Bench bench;
  const test::FakeWorkers workers(bench.queue, 1, &vague);
  StudyManager manager({*bench.store, bench.hub, bench.queue, library, bench.pool, bench.clock()});
  const StudySpec spec = test::spec_of(document, library);
  const evaluators::LoadedSupernet& supernet = *library.find(spec.supernet);
  const std::string id = manager.create(spec, {}, true).id;
  manager.enqueue(id, search::Genome(supernet.supernet().space.genes().size(), 0));
  manager.resume(id);
  test::wait_for_end(*bench.store, bench.hub, id);
  manager.extend(id, {.trials = more});
  test::wait_for_state(*bench.store, bench.hub, id, "completed");
  manager.confirm(id, [&] { return test::doubt_about(*bench.store, id, spec.objectives, 2); });
  test::wait_for_state(*bench.store, bench.hub, id, "completed");
  return test::archive_of(*bench.store, id, supernet);
}

ReplayReport replayed(const StudyArchive& archive) {
  search::FieldErrors errors;
  const auto report = replay_archive(archive, supernets(), errors);
  for (const search::FieldError& error : errors) UNSCOPED_INFO(error.pointer + " " + error.detail);
  REQUIRE(report);
  return *report;
}

std::string difference_of(const ReplayReport& report) {
  if (!report.difference) return "none";
  const ReplayDifference& first = *report.difference;
  return first.what + "\nrecorded " + first.recorded + "\nreplayed " + first.replayed;
}

TEST_CASE("an eventful study replays to the last byte, through its file") {
  search::FieldErrors errors;
  const auto archive = read_archive(write_archive(eventful()), errors);
  REQUIRE(archive);
  const ReplayReport report = replayed(*archive);
  INFO(difference_of(report));
  CHECK_FALSE(report.difference);
  CHECK(report.events == archive->events.size());
  CHECK(report.proposals == 26);
  CHECK(report.outcomes == 26);
  CHECK(report.confirmations == 1);
  CHECK(report.trials == 26);
}

TEST_CASE("studies of every algorithm replay") {
  for (const search::AlgorithmEntry& entry : search::algorithm_registry()) {
    if (entry.max_objectives < 2) continue;
    json document = kDocument;
    document["algorithm"] = {{"name", entry.name}};
    for (const OptionSpec& option : entry.options)
      if (const auto value = test::small_value(option.name))
        document["algorithm"][json::json_pointer("/" + option.name)] = *value;
    INFO(entry.name);
    const ReplayReport report = replayed(eventful(document));
    INFO(difference_of(report));
    CHECK_FALSE(report.difference);
  }
}

// Where the nth event of a type is.
EventRecord& event_of(StudyArchive& archive, const std::string& type, int nth = 0) {
  for (EventRecord& event : archive.events) {
    if (event.type == type && nth-- == 0) return event;
  }
  FAIL("there is no " << type);
  return archive.events.front();
}

TEST_CASE("a proposal that the algorithm did not make is the first difference") {
  StudyArchive archive = eventful();
  EventRecord& event = event_of(archive, "trial.created", 12);
  const auto place = event.data.find("\"genome\":[");
  event.data[place + 10] = event.data[place + 10] == '0' ? '1' : '0';
  const ReplayReport report = replayed(archive);
  REQUIRE(report.difference);
  CHECK(report.difference->what == "the proposal of trial 12");
  CHECK(report.difference->sequence == event.sequence);
  CHECK(report.difference->trial == 12);
  CHECK(report.difference->recorded != report.difference->replayed);
  CHECK(report.proposals == 13);
}

TEST_CASE("a measurement that was bettered shows in the outcome of its trial") {
  StudyArchive archive = eventful();
  EventRecord& event = event_of(archive, "trial.measured", 9);
  json data = json::parse(event.data);
  const std::int64_t trial = data["number"];
  for (auto& [metric, measurement] : data["metrics"].items()) measurement["value"] = 0.123;
  event.data = data.dump();
  const ReplayReport report = replayed(archive);
  REQUIRE(report.difference);
  CHECK(report.difference->what == "the outcome of trial " + std::to_string(trial));
}

TEST_CASE("another seed than the study's proposes other networks") {
  StudyArchive archive = eventful();
  json spec = json::parse(archive.study.spec);
  spec["seed"] = 43;
  archive.study.spec = spec.dump();
  const ReplayReport report = replayed(archive);
  REQUIRE(report.difference);
  CHECK(report.difference->what.starts_with("the proposal of trial "));
}

TEST_CASE("a repeat that was bettered shows in the confirmation") {
  StudyArchive archive = eventful();
  EventRecord& event = event_of(archive, "trial.repeated");
  json data = json::parse(event.data);
  data["metrics"]["latency_ms"]["value"] = 0.001;
  event.data = data.dump();
  const ReplayReport report = replayed(archive);
  REQUIRE(report.difference);
  CHECK(report.difference->what == "confirmation 1");
}

TEST_CASE("a trial that is shown otherwise than its log says is found") {
  StudyArchive archive = eventful();
  archive.trials[3].on_front = !archive.trials[3].on_front;
  const ReplayReport report = replayed(archive);
  REQUIRE(report.difference);
  CHECK(report.difference->what == "trial 3 as it is shown");
  CHECK(report.difference->sequence == 0);
}

TEST_CASE("what cannot be replayed here says why") {
  StudyArchive archive = eventful();
  archive.supernet_version = "0123456789abcdef";
  search::FieldErrors errors;
  CHECK_FALSE(replay_archive(archive, supernets(), errors));
  CHECK(errors.front().pointer == "/manifest");
  errors.clear();
  archive = eventful();
  archive.events[3].data = "{}";
  archive.events[3].type = "trial.created";
  CHECK_FALSE(replay_archive(archive, supernets(), errors));
  CHECK(errors.front().pointer == "/events");
}

// tests/golden/README.md says how it was made. A later Quarry still reads and replays it.
TEST_CASE("the archive of version 1 is read and replayed as ever") {
  std::ifstream file(std::string(QUARRY_SOURCE_DIR) + "/tests/golden/archive_v1.quarry.gz",
                     std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  search::FieldErrors errors;
  const auto archive = read_archive(bytes.str(), errors);
  for (const search::FieldError& error : errors) UNSCOPED_INFO(error.pointer + " " + error.detail);
  REQUIRE(archive);
  const ReplayReport report = replayed(*archive);
  INFO(difference_of(report));
  CHECK_FALSE(report.difference);
  CHECK(archive->supernet == "small");
  CHECK(report.proposals == 11);
  CHECK(report.confirmations == 1);
}

// QUARRY_WRITE_GOLDEN=FILE test_server "[.golden]" writes the archive anew.
TEST_CASE("the golden archive is written where QUARRY_WRITE_GOLDEN says", "[.golden]") {
  const char* path = std::getenv("QUARRY_WRITE_GOLDEN");
  REQUIRE(path != nullptr);
  evaluators::SupernetLibrary library = evaluators::SupernetLibrary::builtin();
  std::string problem;
  REQUIRE(library.add(test::load(test::small_manifest()), "", problem) != nullptr);
  const json document = {
      {"supernet", "small"},
      {"objectives", {{{"metric", "latency_ms"}}, {{"metric", "model_size_bytes"}}}},
      {"algorithm", {{"name", "nsga2"}, {"population", 4}}},
      {"budget", {{"trials", 8}}}};
  std::ofstream(path, std::ios::binary) << write_archive(eventful(document, library, 3));
}

}  // namespace
}  // namespace quarry::server
