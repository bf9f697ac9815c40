#include "server/studies/latency_prior.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "evaluators/fingerprint.hpp"
#include "server/storage/database.hpp"
#include "server/studies/conductor.hpp"
#include "tests/support/fake_workers.hpp"
#include "tests/support/server.hpp"
#include "tests/support/studies.hpp"

namespace quarry::server {
namespace {

using evaluators::CompiledStep;
using nlohmann::json;
using test::spec_of;

const evaluators::LoadedSupernet& supernet() { return *test::library().find("fashion_vit"); }

json document(const std::string& algorithm = "quarry") {
  return {{"supernet", "fashion_vit"},
          {"objectives", {{{"metric", "accuracy"}}, {{"metric", "latency_ms"}}}},
          {"algorithm", {{"name", algorithm}, {"inner", {{"evaluations", 100}}}}},
          {"budget", {{"trials", 24}}},
          {"final_test", false}};
}

// A server's memory in a folder of its own.
struct Memory {
  test::TemporaryFolder folder;
  std::shared_ptr<Database> database = open_database(folder.path());
  std::unique_ptr<Store> store = open_sqlite_store(database);
  OperatorTimeStore operator_store{database};
  evaluators::OperatorTimes times;
  OperatorKnowledge operators{times, operator_store};

  // Every step of the network takes that long.
  void learn(const search::Genome& genome, double ms) {
    const search::Supernet& net = supernet().supernet();
    const std::vector<CompiledStep> steps =
        evaluators::StepPlanner(1)
            .plan(net.network(genome), static_cast<std::size_t>(net.latency_batch))
            .steps;
    times.record(evaluators::identify_machine(1).first, 1, steps,
                 std::vector<std::vector<double>>{std::vector(steps.size(), ms)}, std::nullopt);
  }
  void learn(int networks, double ms) {
    search::Rng rng(3);
    for (int i = 0; i < networks; ++i) learn(supernet().supernet().space.random(rng), ms);
  }
  std::string choose(const json& given) {
    return choose_latency_model(spec_of(given), supernet(), operators);
  }
};

TEST_CASE("without a table a study begins with nothing") {
  Memory memory;
  CHECK(memory.choose(document()) == "");
  CHECK(latency_prior(spec_of(document()), supernet(), &memory.operators) == nullptr);
}

TEST_CASE("a study begins with the table of its machine, as it is then") {
  Memory memory;
  memory.learn(30, 0.5);
  const std::string id = memory.choose(document());
  CHECK(id.starts_with("lm_"));
  json given = document();
  given["latency_model"] = id;
  const StudySpec spec = spec_of(given);
  CHECK(to_json(spec)["latency_model"] == id);
  memory.learn(30, 7.0);  // what is learned later does not matter
  const auto prior = latency_prior(spec, supernet(), &memory.operators);
  REQUIRE(prior != nullptr);
  const search::Supernet& net = supernet().supernet();
  const search::Genome& genome = net.baselines.front().genome;
  const auto steps = evaluators::StepPlanner(1)
                         .plan(net.network(genome), static_cast<std::size_t>(net.latency_batch))
                         .steps;
  CHECK(prior->expected_ms(genome) ==
        Approx(0.5 * static_cast<double>(steps.size())).epsilon(0.02));
  CHECK(memory.choose(document()) != id);
}

TEST_CASE("a study that asks for none, measures cold or measures no latency begins with nothing") {
  Memory memory;
  memory.learn(30, 0.5);
  json none = document();
  none["latency_model"] = "none";
  CHECK(memory.choose(none) == "");
  json cold = document();
  cold["metrics"]["latency_ms"]["cache"] = "cold";
  CHECK(memory.choose(cold) == "");
  json macs = document();
  macs["objectives"][1]["metric"] = "macs";
  CHECK(memory.choose(macs) == "");
  json threads = document();  // another fingerprint
  threads["metrics"]["latency_ms"]["threads"] = 2;
  CHECK(memory.choose(threads) == "");
}

TEST_CASE("a table that knows little of the supernet's steps is not used") {
  Memory memory;
  const CompiledStep step{.bytes = 4, .kind = "linear f32*f32->f32", .shape = "1x1x1", .macs = 1};
  memory.times.record(evaluators::identify_machine(1).first, 1, std::span(&step, 1),
                      std::vector<std::vector<double>>{{0.1}}, std::nullopt);
  CHECK(memory.choose(document()) == "");
}

TEST_CASE("whether a table knows enough is asked of the networks that the study searches") {
  Memory memory;
  json f32 = document();
  f32["precisions"] = {"f32"};
  const search::Subspace searched = study_subspace(supernet().supernet().space, spec_of(f32));
  search::Rng rng(3);
  for (int i = 0; i < 30; ++i) memory.learn(searched.expand(searched.space().random(rng)), 0.5);
  CHECK(memory.choose(f32) != "");
  json int8 = document();
  int8["precisions"] = {"int8"};
  CHECK(memory.choose(int8) == "");
}

TEST_CASE("a latency model that is none is a mistake, one that is gone ends the study") {
  search::FieldErrors errors;
  json given = document();
  given["latency_model"] = "yes";
  CHECK_FALSE(parse_study_spec(given, test::library(), errors).has_value());
  CHECK(errors.front().pointer == "/latency_model");
  Memory memory;
  given["latency_model"] = "lm_gone";
  CHECK_THROWS_WITH(latency_prior(spec_of(given), supernet(), &memory.operators),
                    Catch::Contains("lm_gone"));
}

// ------------------------------------------------------------------ a whole study

// What was proposed, in order.
std::string run_study(Memory& memory, const json& given, std::size_t cut = 0) {
  EventHub hub;
  TaskQueue queue;
  evaluators::NetworkPool pool;
  const StudyContext context{
      *memory.store,
      hub,
      queue,
      test::library(),
      pool,
      {.steady_seconds = [] { return 0.0; }, .now = [] { return std::string("T"); }},
      {},
      &memory.operators};
  StudyRecord record{.id = "st_1",
                     .name = "n",
                     .spec = to_json(spec_of(given)).dump(),
                     .state = "queued",
                     .reason = "",
                     .created_at = "T"};
  memory.store->commit({.study = record});
  if (cut > 0) {
    // A server that dies: the study is taken up again by another conductor.
    std::stop_source stop;
    std::size_t done = 0;
    const test::FakeWorkers workers(queue, 1, [&](const evaluators::Task& task) {
      if (++done == cut) stop.request_stop();
      return test::fake_evaluation(task);
    });
    Conductor(context, *memory.store->study("st_1")).run(stop.get_token());
    REQUIRE(memory.store->study("st_1")->state == "running");
  }
  {
    const test::FakeWorkers workers(queue, 1);
    Conductor(context, *memory.store->study("st_1")).run({});
  }
  CHECK(memory.store->study("st_1")->reason == "trial budget spent");
  std::string text;
  for (const TrialRecord& trial : memory.store->trials("st_1", {.limit = 1000}))
    text += json::parse(trial.data)["genome"].dump() + "\n";
  return text;
}

TEST_CASE("a study with a latency model goes on to the same trials after a restart") {
  for (const char* algorithm : {"quarry", "linas"}) {
    Memory whole;
    whole.learn(30, 0.01);
    json given = document(algorithm);
    if (std::string(algorithm) == "linas") given["algorithm"]["population"] = 8;
    const std::string without = run_study(whole, given);
    given["latency_model"] = whole.choose(given);
    Memory again;
    again.learn(30, 0.01);
    REQUIRE(again.choose(given) == given["latency_model"]);
    const std::string with = run_study(again, given);
    CHECK(with != without);  // it does look at it
    for (const std::size_t cut : {5U, 20U, 37U}) {
      Memory interrupted;
      interrupted.learn(30, 0.01);
      interrupted.choose(given);
      interrupted.learn(5, 0.3);  // the machine has learned more meanwhile
      INFO(algorithm << " interrupted after " << cut << " tasks");
      CHECK(run_study(interrupted, given, cut) == with);
    }
  }
}

}  // namespace
}  // namespace quarry::server
