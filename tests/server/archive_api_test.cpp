// GET .../archive and POST /v1/studies:import_archive: a study moves whole, and a hostile file
// moves nothing.
#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "server/archives/log_replay.hpp"
#include "server/archives/restore.hpp"
#include "tests/support/api_fixture.hpp"
#include "tests/support/archives.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;
using test::ApiFixture;

std::string archive_from(ApiFixture& api, const std::string& id) {
  api.call("GET", "/v1/studies/" + id + "/archive");
  REQUIRE(api.status() == 200);
  return api.last().body;
}

StudyArchive read(const std::string& bytes) {
  search::FieldErrors errors;
  auto archive = read_archive(bytes, errors);
  for (const search::FieldError& error : errors) UNSCOPED_INFO(error.pointer + " " + error.detail);
  REQUIRE(archive);
  return std::move(*archive);
}

// json strings must be UTF-8 for dump(), but call() sends a string as it is.
json import_bytes(ApiFixture& api, const std::string& bytes) {
  return api.call("POST", "/v1/studies:import_archive", json(bytes));
}
json import(ApiFixture& api, const StudyArchive& archive) {
  return import_bytes(api, write_archive(archive));
}

TEST_CASE("a study moves to another server with its log, trials, front and measurements") {
  ApiFixture here;
  ApiFixture there;
  const std::string id = here.finished_study();
  here.call("PATCH", "/v1/studies/" + id, {{"tags", {"moved"}}, {"notes", "a note"}});
  const std::string bytes = archive_from(here, id);
  CHECK(here.last().content_type == "application/gzip");
  const json restored = import_bytes(there, bytes);
  CHECK(there.status() == 201);
  CHECK(restored["id"] == id);
  CHECK(restored["cannot_run"].empty());
  for (const char* rest : {"", "/trials", "/front", "/front?best=accuracy"}) {
    INFO(rest);
    json mine = here.call("GET", "/v1/studies/" + id + rest);
    json theirs = there.call("GET", "/v1/studies/" + id + rest);
    CHECK(mine == theirs);
  }
  CHECK(here.store().events(id, 0, 10000) == there.store().events(id, 0, 10000));
  // And from there on: the same but for the hour of writing.
  StudyArchive again = read(archive_from(there, id));
  const StudyArchive first = read(bytes);
  again.written_at = first.written_at;
  CHECK(write_archive(again) == bytes);
}

TEST_CASE("a restored study can be extended as at home") {
  ApiFixture here;
  ApiFixture there;
  const std::string id = here.finished_study();
  import_bytes(there, archive_from(here, id));
  for (ApiFixture* api : {&here, &there}) {
    api->call("POST", "/v1/studies/" + id + ":extend", {{"trials", 5}});
    CHECK(api->status() == 202);
    test::wait_for_state(api->store(), api->hub(), id, "completed");
  }
  CHECK(here.call("GET", "/v1/studies/" + id + "/trials") ==
        there.call("GET", "/v1/studies/" + id + "/trials"));
}

TEST_CASE("measurements from an archive answer no study of this server") {
  ApiFixture here;
  here.adjust = [](const evaluators::Task&, evaluators::Evaluation& evaluation) {
    for (auto& [metric, measurement] : evaluation.metrics) measurement.value = 0.001;
  };
  ApiFixture there;
  import_bytes(there, archive_from(here, here.finished_study()));
  const std::string own = there.finished_study();
  const json trials = there.call("GET", "/v1/studies/" + own + "/trials")["items"];
  for (const json& trial : trials) CHECK(trial["metrics"]["latency_ms"]["value"] != 0.001);
}

TEST_CASE("a study that is here already is not overwritten, a deleted one comes back") {
  ApiFixture api;
  const std::string id = api.finished_study();
  const std::string bytes = archive_from(api, id);
  const json before = api.call("GET", "/v1/studies/" + id + "/trials");
  import_bytes(api, bytes);
  CHECK(api.status() == 409);
  api.call("DELETE", "/v1/studies/" + id);
  CHECK(import_bytes(api, bytes)["name"] == "fashion_vit");
  CHECK(api.status() == 201);
  CHECK(api.call("GET", "/v1/studies/" + id + "/trials") == before);
  CHECK(read(archive_from(api, id)).measurements.size() == read(bytes).measurements.size());
}

TEST_CASE("a study that was under way is paused where it is restored, and goes on when resumed") {
  ApiFixture here;
  ApiFixture there;
  const std::string id = here.finished_study();
  StudyArchive archive = read(archive_from(here, id));
  // As it was after its eighth trial was told.
  const auto cut = std::ranges::find_if(archive.events, [](const EventRecord& event) {
    return event.type == "trial.finished" && json::parse(event.data)["number"] == 7;
  });
  const json last = json::parse(cut->data);
  archive.events.erase(cut + 1, archive.events.end());
  std::map<std::int64_t, std::string> states;
  std::int64_t created = 0;
  std::int64_t finished = 0;
  std::set<std::int64_t> front;
  for (const EventRecord& event : archive.events) {
    const json data = json::parse(event.data);
    if (event.type == "trial.created") states[data["number"]] = "queued", ++created;
    if (event.type != "trial.finished") continue;
    states[data["number"]] = data["state"];
    ++finished;
    if (data["front"]["added"]) front.insert(data["number"].get<std::int64_t>());
    for (const json& number : data["front"]["removed"]) front.erase(number.get<std::int64_t>());
  }
  archive.trials.resize(static_cast<std::size_t>(created));
  for (TrialRecord& row : archive.trials) row.on_front = front.contains(row.number);
  // Rows of those that are open have what was measured of them until then.
  for (TrialRecord& row : archive.trials) {
    if (states[row.number] != "queued") continue;
    nlohmann::ordered_json data = nlohmann::ordered_json::parse(row.data);
    data["state"] = row.state = "queued";
    json metrics = json::object();
    for (const EventRecord& event : archive.events) {
      const json logged = json::parse(event.data);
      const bool is_its = logged.contains("number") && logged["number"] == row.number;
      if (is_its && logged.contains("metrics")) metrics.update(logged["metrics"]);
    }
    data["metrics"] = metrics;
    row.data = data.dump();
  }
  archive.study.state = "running";
  archive.study.reason = "";
  archive.study.trials = finished;
  archive.study.hypervolume.reset();
  if (last["hypervolume"].is_number())
    archive.study.hypervolume = last["hypervolume"].get<double>();
  const json restored = import(there, archive);
  INFO(restored.dump());
  REQUIRE(there.status() == 201);
  CHECK(restored["state"] == "paused");
  CHECK(restored["reason"] == "restored from an archive of a study that was running");
  there.call("POST", "/v1/studies/" + id + ":resume");
  test::wait_for_end(there.store(), there.hub(), id);
  CHECK(there.call("GET", "/v1/studies/" + id + "/trials") ==
        here.call("GET", "/v1/studies/" + id + "/trials"));
}

// What a hostile archive is answered, and that it left nothing behind.
std::string refusal(const std::function<void(StudyArchive&)>& change) {
  static const std::string kBytes = [] {
    ApiFixture here;
    return archive_from(here, here.finished_study());
  }();
  ApiFixture there(1);
  StudyArchive archive = read(kBytes);
  change(archive);
  const json answer = import(there, archive);
  CHECK(there.status() == 422);
  CHECK(there.call("GET", "/v1/studies")["items"].empty());
  CHECK_FALSE(std::filesystem::exists(there.user_supernets().path()));
  return answer["errors"][0]["pointer"].get<std::string>() + ": " +
         answer["errors"][0]["detail"].get<std::string>();
}

TEST_CASE("an id that is no study's is refused, whatever path it looks like") {
  CHECK(refusal([](StudyArchive& archive) { archive.study.id = "../../etc/passwd"; }) ==
        "/study/0/id: must be st_ and 26 digits or capital letters, got \"../../etc/passwd\"");
}

TEST_CASE("what the archive says twice must be the same") {
  CHECK(refusal([](StudyArchive& archive) { archive.study.trials = 5; }) ==
        "/study/0/trials: 5 is not what the log says");
  CHECK(refusal([](StudyArchive& archive) { archive.study.state = "failed"; }) ==
        "/study/0/state: failed is not what the log says");
  CHECK(refusal([](StudyArchive& archive) { archive.study.hypervolume = 1.0; }) ==
        "/study/0/hypervolume: 1.0 is not what the log says");
  CHECK(refusal([](StudyArchive& archive) {
          json row = json::parse(archive.trials[4].data);
          row["metrics"]["accuracy"]["value"] = 0.999;
          archive.trials[4].data = row.dump();
        }) == "/trials/4: a measurement is not what the log says");
  CHECK(refusal([](StudyArchive& archive) {
          archive.trials[4].on_front = !archive.trials[4].on_front;
        }) == "/trials/4: that it is on the front, or not, is not what the log says");
  CHECK(refusal([](StudyArchive& archive) {
          archive.trials.pop_back();
        }).starts_with("/trials: a number of trials of 11"));
}

TEST_CASE("events and trials that nothing could read later are refused") {
  CHECK(refusal([](StudyArchive& archive) {
          archive.events[2].data = "{\"number\":99}";
        }).starts_with("/events/2: is no event of type "));
  CHECK(refusal([](StudyArchive& archive) {
          for (EventRecord& event : archive.events)
            if (event.type == "trial.measured") event.data = "{\"number\":1e99,\"metrics\":{}}";
        }).starts_with("/events/"));
  CHECK(refusal([](StudyArchive& archive) { archive.trials[0].data = "{}"; }) ==
        "/trials/0: is no trial as the API shows it");
  CHECK(refusal([](StudyArchive& archive) { archive.study.spec = "{}"; }) ==
        "/study/0/spec: is no study's document");
}

TEST_CASE("a fingerprint or a latency model under a name that is not its own is refused") {
  CHECK(refusal([](StudyArchive& archive) {
          archive.fingerprints.emplace_back("fp_0123456789abcdef", "the victim's machine");
        }).ends_with("id fp_0123456789abcdef is not that of its text"));
  CHECK(refusal([](StudyArchive& archive) {
          archive.latency_models.emplace_back("lm_0123456789abcdef", "{}");
        }) == "/latency_models/0: id lm_0123456789abcdef is not that of its model");
}

TEST_CASE("a supernet that is here in another version, or that is none, is refused") {
  CHECK(refusal([](StudyArchive& archive) {
          archive.supernet_version = "v";
        }).starts_with("/manifest: supernet fashion_vit is here in version "));
  CHECK(refusal([](StudyArchive& archive) {
          json spec = json::parse(archive.study.spec);
          spec["supernet"] = archive.supernet = "../escape";
          archive.study.spec = spec.dump();
        }).starts_with("/manifest: "));
}

TEST_CASE("a predictor that cannot be read is refused") {
  CHECK(refusal([](StudyArchive& archive) {
          archive.predictors = {"{}"};
        }).starts_with("/predictors/0"));
}

TEST_CASE("what is no archive is refused with what it is") {
  ApiFixture api;
  const json answer = import_bytes(api, "not gzip");
  CHECK(api.status() == 422);
  CHECK(answer["errors"][0]["detail"] == "the file is no gzip file, after line 0");
}

}  // namespace
}  // namespace quarry::server
