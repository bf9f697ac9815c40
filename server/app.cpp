// Parts in order of dependence; they are destroyed in reverse, so whoever uses a part goes before
// it.
#include "server/app.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <ctime>
#include <mutex>
#include <thread>
#include <vector>

#include "evaluators/fingerprint.hpp"
#include "evaluators/worker.hpp"
#include "server/access/gateway.hpp"
#include "server/api/api.hpp"
#include "server/http/server.hpp"
#include "server/predictors/predictor_registry.hpp"
#include "server/storage/folder_lock.hpp"
#include "server/storage/open_database.hpp"
#include "server/storage/predictor_store.hpp"
#include "server/studies/clock.hpp"
#include "server/studies/imported_tables.hpp"

namespace quarry::server {
namespace {

// A larger database is not read to its end at a start: nobody should wait for it.
constexpr double kCheckSeconds = 1.0;

}  // namespace

struct App::Parts {
  explicit Parts(const AppOptions& options)
      : supernets(evaluators::SupernetLibrary::builtin()),
        user_supernets(options.data_folder + "/supernets"),
        folder_lock(options.data_folder),
        database(open_database(options.data_folder)),
        store(open_sqlite_store(database)),
        tokens(database),
        answers(database),
        imports(database),
        lists(database),
        predictor_store(open_predictor_store(database)),
        operator_store(database),
        operator_times(operator_store.load(),
                       [this](const evaluators::OperatorTimes::Change& change) {
                         try {
                           operator_store.save(change);
                         } catch (const StoreError&) {  // what it timed is worth more than this
                         }
                       }),
        leases(database),
        tables(database),
        notes(database),
        peaks(database),
        archives(database),
        context{.store = *shown,
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
                .clock = system_clock(),
                .tokens = tokens,
                .counts = counts,
                .tables = tables,
                .notes = notes,
                .peaks = peaks,
                .serves_tls = !options.tls_certificate.empty(),
                .tokens_required = !is_loopback(options.address),
                .operators = &operators,
                .archives = &archives},
        address(options.address),
        router(make_router(context)),
        gateway(router, tokens, answers, counts,
                {.tokens_required = !is_loopback(options.address),
                 .requests_per_second = options.requests_per_second,
                 .now = [] { return static_cast<double>(std::time(nullptr)); }}),
        http({.address = options.address,
              .port = options.port,
              .certificate_file = options.tls_certificate,
              .key_file = options.tls_key},
             {[this](Request request) { return gateway.answer(std::move(request)); },
              [this](const Request& request) { return gateway.limits(request); }}) {
    if (!is_loopback(options.address) && tokens.all().empty()) {
      auto [record, secret] = new_token("first administrator", Scope::kAdmin, system_clock().now());
      tokens.add(record);
      first_token = std::move(secret);
    }
    checked_whole = check_database(*database, kCheckSeconds);
    left_out = supernets.add_folder(user_supernets.path());
    const int workers_wanted =
        options.workers > 0 ? options.workers
                            : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    for (int i = 0; i < workers_wanted; ++i) {
      workers.emplace_back([this](std::stop_token stop) {
        evaluators::run_worker(queue, supernets, pool, stop, resources, &operator_times);
      });
    }
    sweeper = std::jthread([this](std::stop_token stop) { sweep_leases(stop); });
  }

  // Once a second, whether anybody asks for tasks or not.
  void sweep_leases(std::stop_token stop) {
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock(mutex);
    while (!stopped.wait_for(lock, stop, std::chrono::seconds(1),
                             [&] { return stop.stop_requested(); })) {
      try {
        desk.sweep();
        studies.settle_interruptions();
      } catch (const StoreError&) {  // the next second may be better
      }
    }
  }

  ~Parts() {
    for (std::jthread& worker : workers) worker.request_stop();
    // Nobody may wake a reader of events once its connection's server is gone.
    studies.stop_all();
  }

  evaluators::SupernetLibrary supernets;
  SupernetFolder user_supernets;
  std::vector<std::string> left_out;
  evaluators::NetworkPool pool;
  FolderLock folder_lock;
  std::shared_ptr<Database> database;
  std::unique_ptr<Store> store;
  TokenStore tokens;
  AnswerStore answers;
  ImportStore imports;
  ListStore lists;
  std::unique_ptr<PredictorStore> predictor_store;
  PredictorRegistry predictors{*predictor_store, *store, system_clock()};
  OperatorTimeStore operator_store;
  evaluators::OperatorTimes operator_times;
  OperatorKnowledge operators{operator_times, operator_store};
  evaluators::Resources resources{
      .table = imported_tables(imports),
      .predictor = [this](const std::string& reference) { return predictors.find(reference); }};
  LeaseStore leases;
  StudyTables tables;
  TrialNoteStore notes;
  MachinePeakStore peaks;
  ArchiveStore archives;
  RequestCounts counts;
  std::string first_token;
  bool checked_whole = false;
  EventHub hub;
  TaskQueue queue;
  TaskDesk desk{queue, *store, leases, system_clock(), evaluators::identify_machine(1).first};
  StudyManager studies{
      {*store, hub, queue, supernets, pool, system_clock(), resources, &operators}};
  std::unique_ptr<Store> shown = show_interruptions(*store, studies.interruptions());
  ApiContext context;
  std::string address;
  Router router;
  Gateway gateway;
  HttpServer http;
  std::vector<std::jthread> workers;
  std::jthread sweeper;
};

App::App(const AppOptions& options) : parts_(std::make_unique<Parts>(options)) {
  parts_->studies.resume_all();
}
App::~App() = default;

bool is_loopback(const std::string& address) {
  return address.starts_with("127.") || address == "::1";
}

std::string App::url() const {
  return (parts_->context.serves_tls ? "https://" : "http://") + parts_->address + ":" +
         std::to_string(parts_->http.port());
}
const std::vector<std::string>& App::left_out() const { return parts_->left_out; }
const std::string& App::first_token() const { return parts_->first_token; }
bool App::checked_whole() const { return parts_->checked_whole; }
void App::run(bool until_signal) { parts_->http.run(until_signal); }
void App::stop() { parts_->http.stop(); }

}  // namespace quarry::server
