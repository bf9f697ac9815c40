// quarry worker: the loop of the server's own workers, over the tasks of a server elsewhere.
#include <csignal>
#include <iostream>
#include <thread>

#include "evaluators/fingerprint.hpp"
#include "evaluators/worker.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/http_task_source.hpp"

namespace quarry::server {

int work(const HttpClient& client, const WorkerOptions& options, const std::string& folder) {
  // Before there is another thread, so that all of them leave the signals to the one below.
  sigset_t ends;
  sigemptyset(&ends);
  for (const int signal : {SIGINT, SIGTERM}) sigaddset(&ends, signal);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);

  evaluators::SupernetLibrary supernets = evaluators::SupernetLibrary::builtin();
  if (!folder.empty()) {
    for (const std::string& problem : supernets.add_folder(folder))
      std::cerr << "quarry worker: a supernet was left out: " << problem << "\n";
  }
  evaluators::NetworkPool pool;
  std::cout << options.name << " works for " << client.url() << " on "
            << evaluators::identify_machine(1).second << std::endl;

  std::stop_source stop;
  std::jthread listener([&](std::stop_token over) {
    const timespec moment{.tv_sec = 0, .tv_nsec = 200'000'000};
    while (!over.stop_requested()) {
      if (sigtimedwait(&ends, nullptr, &moment) > 0) stop.request_stop();
    }
  });
  HttpTaskSource tasks(client, options, supernets);
  evaluators::run_worker(tasks, supernets, pool, stop.get_token());
  return 0;
}

}  // namespace quarry::server
