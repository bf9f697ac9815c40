// Parts in order of dependence; they are destroyed in reverse, so whoever uses a part goes before
// it.
#include "server/app.hpp"

#include <algorithm>
#include <thread>
#include <vector>

#include "evaluators/worker.hpp"
#include "server/api/api.hpp"
#include "server/http/server.hpp"

namespace quarry::server {

struct App::Parts {
  explicit Parts(const AppOptions& options)
      : supernets(evaluators::SupernetLibrary::builtin()),
        user_supernets(options.data_folder + "/supernets"),
        database(open_database(options.data_folder)),
        store(open_sqlite_store(database)),
        operator_store(database),
        operator_times(operator_store.load(),
                       [this](const evaluators::OperatorTimes::Change& change) {
                         operator_store.save(change);
                       }),
        address(options.address),
        router(make_router(context)),
        http(options.address, options.port, router) {
    left_out = supernets.add_folder(user_supernets.path());
    const int workers_wanted =
        options.workers > 0 ? options.workers
                            : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    for (int i = 0; i < workers_wanted; ++i) {
      workers.emplace_back([this](std::stop_token stop) {
        evaluators::run_worker(queue, supernets, pool, stop, &operator_times);
      });
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
  std::shared_ptr<Database> database;
  std::unique_ptr<Store> store;
  OperatorTimeStore operator_store;
  evaluators::OperatorTimes operator_times;
  OperatorKnowledge operators{operator_times, operator_store};
  EventHub hub;
  TaskQueue queue;
  StudyManager studies{{*store, hub, queue, supernets, pool, system_clock(), &operators}};
  ApiContext context{*store, hub, studies, supernets, user_supernets, &operators};
  std::string address;
  Router router;
  HttpServer http;
  std::vector<std::jthread> workers;
};

App::App(const AppOptions& options) : parts_(std::make_unique<Parts>(options)) {
  parts_->studies.resume_all();
}
App::~App() = default;

std::string App::url() const {
  return "http://" + parts_->address + ":" + std::to_string(parts_->http.port());
}
const std::vector<std::string>& App::left_out() const { return parts_->left_out; }
void App::run(bool until_signal) { parts_->http.run(until_signal); }
void App::stop() { parts_->http.stop(); }

}  // namespace quarry::server
