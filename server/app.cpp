// Parts in order of dependence; they are destroyed in reverse, so whoever uses a part goes before
// it.
#include "server/app.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "evaluators/fingerprint.hpp"
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
        leases(database),
        address(options.address),
        router(make_router(context)),
        http(options.address, options.port, router) {
    left_out = supernets.add_folder(user_supernets.path());
    const int workers_wanted =
        options.workers > 0 ? options.workers
                            : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    for (int i = 0; i < workers_wanted; ++i) {
      workers.emplace_back(
          [this](std::stop_token stop) { evaluators::run_worker(queue, supernets, pool, stop); });
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
  std::shared_ptr<Database> database;
  std::unique_ptr<Store> store;
  LeaseStore leases;
  EventHub hub;
  TaskQueue queue;
  TaskDesk desk{queue, *store, leases, system_clock(), evaluators::identify_machine(1).first};
  StudyManager studies{{*store, hub, queue, supernets, pool, system_clock()}};
  ApiContext context{*store, hub, studies, supernets, user_supernets, desk, leases, system_clock()};
  std::string address;
  Router router;
  HttpServer http;
  std::vector<std::jthread> workers;
  std::jthread sweeper;
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
