// Measuring a front again: through the API, through the log, and cut off after any event.
#include <catch2/catch.hpp>
#include <functional>
#include <nlohmann/json.hpp>

#include "server/studies/study_manager.hpp"
#include "tests/support/api_fixture.hpp"
#include "tests/support/bench.hpp"
#include "tests/support/cut_log.hpp"
#include "tests/support/fake_workers.hpp"
#include "tests/support/studies.hpp"
#include "tests/support/wait_for_end.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;
using test::spec_of;

const json kDocument = {{"supernet", "fashion_vit"},
                        {"objectives", {{{"metric", "accuracy"}}, {{"metric", "latency_ms"}}}},
                        {"algorithm", {{"name", "nsga2"}, {"population", 8}}},
                        {"budget", {{"trials", 24}}},
                        {"final_test", false}};

// The same task comes out the same, another run of the same network up to a tenth beside it.
void make_noisy(const evaluators::Task& task, evaluators::Evaluation& evaluation) {
  for (auto& [metric, measurement] : evaluation.metrics) {
    if (metric != "latency_ms") continue;
    const std::string run = task.id.substr(task.id.find('.'));  // without the study's id
    const auto hash = std::hash<std::string>()(run) % 1000;
    measurement.value *= 1.0 + 0.1 * (static_cast<double>(hash) / 1000.0 - 0.5);
    measurement.spread = 0.1;
  }
}

evaluators::Evaluation noisy(const evaluators::Task& task) {
  evaluators::Evaluation evaluation = test::fake_evaluation(task);
  make_noisy(task, evaluation);
  return evaluation;
}

std::vector<EventRecord> log_of(Store& store, const std::string& id, const std::string& type = "") {
  std::vector<EventRecord> log = store.events(id, 0, 100000);
  if (!type.empty()) std::erase_if(log, [&](const auto& event) { return event.type != type; });
  return log;
}

ConfirmRequest doubt_about(Store& store, const std::string& id, std::int64_t repeats) {
  return test::doubt_about(store, id, spec_of(kDocument).objectives, repeats);
}

struct Confirmed {
  explicit Confirmed(std::int64_t repeats = 3) : workers(bench.queue, 1, &noisy) {
    id = (made = manager.create(spec_of(kDocument))).id;
    test::wait_for_end(*bench.store, bench.hub, id);
    before = log_of(*bench.store, id).size();
    request = doubt_about(*bench.store, id, repeats);
    REQUIRE(request.pairs.size() >= 2);
    REQUIRE(manager.confirm(id, [&] { return request; }).verdict == StudyManager::Verdict::kDone);
    test::wait_for_state(*bench.store, bench.hub, id, "completed");
  }
  test::Bench bench;
  test::FakeWorkers workers;
  StudyManager manager{bench.context()};
  StudyRecord made;
  std::string id;
  std::size_t before = 0;
  ConfirmRequest request;
};

TEST_CASE("members in doubt are measured in turn and known better afterwards") {
  Confirmed confirmed;
  const json outcome =
      json::parse(log_of(*confirmed.bench.store, confirmed.id, "study.confirmed").at(0).data);
  CHECK(outcome["confirmation"] == 1);
  for (const json& member : outcome["members"]) {
    const json& latency = member["metrics"]["latency_ms"];
    CHECK(latency["detail"]["runs"] == 1 + member["repeats"].get<int>());
    CHECK(latency["samples"] == 10 * (1 + member["repeats"].get<int>()));
    const auto rows = confirmed.bench.store->trials(
        confirmed.id, {.after = member["trial"].get<std::int64_t>() - 1, .limit = 1});
    CHECK(json::parse(rows.at(0).data)["metrics"]["latency_ms"] == latency);
  }
  // A round is over before the next begins.
  std::int64_t round = 0;
  for (const EventRecord& event : log_of(*confirmed.bench.store, confirmed.id, "trial.repeated")) {
    const std::int64_t now = json::parse(event.data)["round"];
    CHECK((now == round || now == round + 1));
    round = now;
  }
}

TEST_CASE("the mean of the logged runs is what a member is afterwards") {
  Confirmed confirmed;
  Store& store = *confirmed.bench.store;
  const json outcome = json::parse(log_of(store, confirmed.id, "study.confirmed").at(0).data);
  const std::int64_t number = outcome["members"][0]["trial"];
  double sum = 0.0;
  int runs = 0;
  for (const EventRecord& event : log_of(store, confirmed.id)) {
    const json data = json::parse(event.data);
    const bool is_run = event.type == "trial.repeated" || event.type == "trial.measured";
    if (!is_run || data["number"] != number || !data["metrics"].contains("latency_ms")) continue;
    sum += data["metrics"]["latency_ms"]["value"].get<double>();
    ++runs;
  }
  CHECK(runs == 4);
  CHECK(outcome["members"][0]["metrics"]["latency_ms"]["value"].get<double>() ==
        Approx(sum / runs));
}

TEST_CASE("the front after a confirmation is that of the merged measurements") {
  Confirmed confirmed;
  const auto trials = confirmed.bench.store->trials(confirmed.id, {.limit = 1000});
  const auto value = [](const TrialRecord& trial, const char* metric) {
    return json::parse(trial.data)["metrics"][metric]["value"].get<double>();
  };
  for (const TrialRecord& a : trials) {
    bool dominated = false;
    for (const TrialRecord& b : trials) {
      const double accuracy = value(b, "accuracy") - value(a, "accuracy");
      const double latency = value(a, "latency_ms") - value(b, "latency_ms");
      const bool twin = accuracy == 0 && latency == 0 && b.number < a.number;
      dominated = dominated || twin || (accuracy >= 0 && latency >= 0 && accuracy + latency > 0);
    }
    CHECK(a.on_front != dominated);
  }
}

TEST_CASE("cut off after any event, a confirmation ends as one that was left alone") {
  Confirmed whole;
  const std::vector<EventRecord> log = log_of(*whole.bench.store, whole.id);
  const std::string expected = log_of(*whole.bench.store, whole.id, "study.confirmed").at(0).data;
  for (std::size_t kept = whole.before + 2; kept < log.size(); ++kept) {
    INFO("cut after " << kept << " events");
    test::Bench cut;
    test::store_cut_log(*cut.store, whole.made, log, kept);
    StudyManager manager(cut.context());
    const test::FakeWorkers workers(cut.queue, 2, &noisy);
    manager.resume_all();
    test::wait_for_state(*cut.store, cut.hub, whole.id, "completed");
    const auto outcome = log_of(*cut.store, whole.id, "study.confirmed");
    REQUIRE(outcome.size() == 1);
    CHECK(outcome[0].data == expected);
  }
}

TEST_CASE("a confirmed study searches on as if nothing had been measured again") {
  Confirmed confirmed;
  confirmed.manager.extend(confirmed.id, {.trials = 16});
  test::wait_for_state(*confirmed.bench.store, confirmed.bench.hub, confirmed.id, "completed");
  test::Bench calm;
  const test::FakeWorkers workers(calm.queue, 1, &noisy);
  StudyManager manager(calm.context());
  json longer = kDocument;
  longer["budget"]["trials"] = 40;
  const std::string id = manager.create(spec_of(longer)).id;
  test::wait_for_end(*calm.store, calm.hub, id);
  const auto genomes = [](Store& store, const std::string& study) {
    std::string text;
    for (const TrialRecord& trial : store.trials(study, {.limit = 1000}))
      text += json::parse(trial.data)["genome"].dump() + "\n";
    return text;
  };
  CHECK(genomes(*confirmed.bench.store, confirmed.id) == genomes(*calm.store, id));
}

TEST_CASE("a repeat on another machine does not count") {
  test::Bench bench;
  const test::FakeWorkers workers(bench.queue, 1, [](const evaluators::Task& task) {
    evaluators::Evaluation evaluation = noisy(task);
    const bool repeat = task.id.substr(task.id.rfind('.') + 1).starts_with('c');
    for (auto& [metric, measurement] : evaluation.metrics)
      if (repeat) measurement.fingerprint = "fp_other";
    return evaluation;
  });
  StudyManager manager(bench.context());
  const std::string id = manager.create(spec_of(kDocument)).id;
  test::wait_for_end(*bench.store, bench.hub, id);
  manager.confirm(id, [&] { return doubt_about(*bench.store, id, 5); });
  test::wait_for_state(*bench.store, bench.hub, id, "completed");
  const json outcome = json::parse(log_of(*bench.store, id, "study.confirmed").at(0).data);
  CHECK(outcome["reason"] == "measuring failed again and again");
  CHECK(json::parse(log_of(*bench.store, id, "trial.repeated").at(0).data)["failure"] ==
        "latency_ms was measured on fp_test, this run on fp_other");
}

TEST_CASE("a stopped confirmation keeps what it has measured") {
  test::Bench bench;
  StudyManager manager(bench.context());
  std::atomic<int> repeats = 0;
  std::string id;
  const test::FakeWorkers workers(bench.queue, 1, [&](const evaluators::Task& task) {
    if (task.id.substr(task.id.rfind('.') + 1).starts_with("c1-2") && ++repeats == 1)
      manager.stop(task.study);
    return noisy(task);
  });
  id = manager.create(spec_of(kDocument)).id;
  test::wait_for_end(*bench.store, bench.hub, id);
  manager.confirm(id, [&] { return doubt_about(*bench.store, id, 1000); });
  test::wait_for_state(*bench.store, bench.hub, id, "completed");
  const json outcome = json::parse(log_of(*bench.store, id, "study.confirmed").at(0).data);
  CHECK(outcome["reason"] == "stopped by the user");
  CHECK(outcome["members"][0]["repeats"].get<int>() >= 2);
}

// ------------------------------------------------------------------------------------------------

struct NoisyApi : test::ApiFixture {
  NoisyApi() : ApiFixture(1) { adjust = &make_noisy; }
  std::string path(const std::string& rest = "") const { return "/v1/studies/" + id + rest; }
  std::string id;
};

TEST_CASE("POST :confirm measures again and GET says which were told apart") {
  NoisyApi api;
  api.id = api.finished_study(kDocument);
  const json planned = api.call("POST", api.path(":confirm"), {{"dry_run", true}})["confirmation"];
  CHECK(api.status() == 200);
  CHECK(planned["state"] == "planned");
  REQUIRE(planned["pairs"].size() >= 1);
  const json begun = api.call("POST", api.path(":confirm"), {{"repeats", 4}});
  CHECK(api.status() == 202);
  CHECK(begun["confirmation"]["pairs"] == planned["pairs"]);
  CHECK(begun["confirmation"]["budget"] == json{{"repeats", 4}});
  test::wait_for_state(api.store(), api.hub(), api.id, "completed");
  const json confirmation = api.call("GET", api.path())["confirmation"];
  CHECK(confirmation["number"] == 1);
  CHECK(confirmation["state"] == "ended");
  CHECK(confirmation["members"][0]["repeats"].get<int>() >= 1);
  for (const json& pair : confirmation["pairs"]) {
    const bool apart =
        std::abs(pair["difference"].get<double>()) > pair["half_width"].get<double>();
    CHECK(pair["told_apart"] == apart);
  }
}

TEST_CASE("a question that measuring again cannot answer is refused with what could be asked") {
  NoisyApi api;
  api.id = api.finished_study(kDocument);
  const json refusal = api.call("POST", api.path(":confirm"), {{"best", "accuracy"}});
  CHECK(api.status() == 422);
  CHECK(refusal["errors"][0]["pointer"] == "/best");
  CHECK(refusal["errors"][0]["detail"] ==
        "accuracy comes out the same when it is measured again; what does not: latency_ms");
  api.call("POST", api.path(":confirm"),
           {{"repeats", 0}, {"seconds", "long"}, {"where", {3}}, {"budget", 3}});
  CHECK(api.status() == 422);
  const json all = json::parse(api.last().body)["errors"];
  std::set<std::string> pointers;
  for (const json& error : all) pointers.insert(error["pointer"]);
  CHECK(pointers == std::set<std::string>{"/budget", "/repeats", "/seconds", "/where/0"});
}

TEST_CASE("a front without doubt is left as it is") {
  test::ApiFixture api;
  const std::string id = api.finished_study();
  const json answer =
      api.call("POST", "/v1/studies/" + id + ":confirm", {{"where", {"latency_ms < 0"}}});
  CHECK(api.status() == 200);
  CHECK(answer["state"] == "completed");
  CHECK(answer["confirmation"]["sentence"] ==
        "Nothing is in doubt at 95 % that measuring again could tell apart.");
}

TEST_CASE("a study that is not completed cannot be confirmed") {
  NoisyApi api;
  json document = kDocument;
  const json created = api.call("POST", "/v1/studies?draft=true", document);
  const json refusal =
      api.call("POST", "/v1/studies/" + created["id"].get<std::string>() + ":confirm");
  CHECK(api.status() == 409);
  CHECK(refusal["state"] == "draft");
}

}  // namespace
}  // namespace quarry::server
