// The API as pure functions over a real store in a folder of its own, with conductors and workers
// that answer at once.
#pragma once

#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "evaluators/fingerprint.hpp"
#include "server/api/api.hpp"
#include "server/storage/open_database.hpp"
#include "server/studies/imported_tables.hpp"
#include "tests/support/fake_workers.hpp"
#include "tests/support/server.hpp"
#include "tests/support/wait_for_end.hpp"

namespace quarry::test {

class ApiFixture {
 public:
  using json = nlohmann::json;

  explicit ApiFixture(int workers = 2) : workers_(workers) { start(); }

  json call(const std::string& method, const std::string& target, const json& body = nullptr) {
    server::Request request{.method = method};
    REQUIRE(server::parse_target(target, request));
    if (!body.is_null()) request.body = body.is_string() ? body.get<std::string>() : body.dump();
    last_ = parts_->router.route(std::move(request));
    return json::parse(last_.body, nullptr, false);
  }
  unsigned status() const { return last_.status; }
  const server::Response& last() const { return last_; }
  const server::SupernetFolder& user_supernets() const { return parts_->user_supernets; }
  const server::Router& router() const { return parts_->router; }
  const std::string& folder() const { return folder_.path(); }
  server::TaskDesk& desk() { return parts_->desk; }
  server::Store& store() { return *parts_->store; }
  server::EventHub& hub() { return parts_->hub; }
  evaluators::OperatorTimes& times() { return parts_->operator_times; }
  server::PredictorRegistry& predictors() { return parts_->predictors; }

  // A finished study of 12 trials.
  std::string finished_study(const json& document = kStudy) {
    const json created = call("POST", "/v1/studies", document);
    INFO(created.dump());
    REQUIRE(status() == 201);
    wait_for_end(*parts_->store, parts_->hub, created["id"]);
    return created["id"];
  }

  // As if the server's process had ended and begun again.
  void restart() {
    parts_.reset();
    start();
  }

  // What a test's workers make of what the usual ones measure.
  std::function<void(const evaluators::Task&, evaluators::Evaluation&)> adjust;

  // What the workers' measurements say of the machine: what is reused is found under this one's.
  std::string machine = evaluators::identify_machine(1).first;

  inline static const json kStudy = {
      {"supernet", "fashion_vit"},
      {"objectives", {{{"metric", "accuracy"}}, {{"metric", "latency_ms"}}}},
      {"algorithm", {{"name", "random"}}},
      {"budget", {{"trials", 12}}},
      {"final_test", false}};

 private:
  struct Parts {
    Parts(const std::string& folder, int worker_count, const FakeWorkers::Evaluate& evaluate)
        : database(server::open_database(folder)),
          user_supernets(folder + "/supernets"),
          workers(queue, worker_count, evaluate),
          router(server::make_router(context)) {
      supernets.add_folder(user_supernets.path());
    }
    ~Parts() { studies.stop_all(); }

    std::shared_ptr<server::Database> database;
    std::unique_ptr<server::Store> store = server::open_sqlite_store(database);
    std::unique_ptr<server::PredictorStore> predictor_store =
        server::open_predictor_store(database);
    server::PredictorRegistry predictors{*predictor_store, *store, server::system_clock()};
    server::EventHub hub;
    server::LeaseStore leases{database};
    server::TaskQueue queue;
    server::TaskDesk desk{queue, *store, leases, server::system_clock()};
    evaluators::NetworkPool pool;
    evaluators::SupernetLibrary supernets = evaluators::SupernetLibrary::builtin();
    server::SupernetFolder user_supernets;
    FakeWorkers workers;
    server::ImportStore imports{database};
    server::ListStore lists{database};
    evaluators::Resources resources{
        .table = server::imported_tables(imports),
        .predictor = [this](const std::string& name) { return predictors.find(name); }};
    server::OperatorTimeStore operator_store{database};
    evaluators::OperatorTimes operator_times;
    server::OperatorKnowledge operators{operator_times, operator_store};
    server::StudyManager studies{
        {*store, hub, queue, supernets, pool, server::system_clock(), resources, &operators}};
    std::unique_ptr<server::Store> shown =
        server::show_interruptions(*store, studies.interruptions());
    server::TokenStore tokens{database};
    server::ArchiveStore archives{database};
    server::RequestCounts counts;
    server::StudyTables tables{database};
    server::TrialNoteStore notes{database};
    server::MachinePeakStore peaks{database};
    server::ApiContext context{.store = *shown,
                               .hub = hub,
                               .studies = studies,
                               .supernets = supernets,
                               .user_supernets = user_supernets,
                               .imports = imports,
                               .lists = lists,
                               .resources = resources,
                               .predictors = predictors,
                               .desk = desk,
                               .leases = leases,
                               .clock = server::system_clock(),
                               .tokens = tokens,
                               .counts = counts,
                               .tables = tables,
                               .notes = notes,
                               .peaks = peaks,
                               .operators = &operators,
                               .archives = &archives};
    server::Router router;
  };

  void start() {
    parts_ =
        std::make_unique<Parts>(folder_.path(), workers_, [this](const evaluators::Task& task) {
          evaluators::Evaluation evaluation = fake_evaluation(task);
          for (auto& [metric, measurement] : evaluation.metrics) measurement.fingerprint = machine;
          if (adjust) adjust(task, evaluation);
          return evaluation;
        });
    parts_->studies.resume_all();
  }

  TemporaryFolder folder_;
  int workers_;
  std::unique_ptr<Parts> parts_;
  server::Response last_;
};

}  // namespace quarry::test
