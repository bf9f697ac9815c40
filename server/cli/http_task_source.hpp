// The tasks of a server elsewhere: claimed, kept alive by heartbeats, completed over its API. A
// server that is away is waited for; what was evaluated meanwhile is sent when it is back.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <thread>
#include <vector>

#include "evaluators/supernet_library.hpp"
#include "evaluators/task_source.hpp"
#include "server/http/client.hpp"

namespace quarry::server {

struct WorkerOptions {
  std::string name;
  std::vector<std::string> tags;  // "device=phone"
  double lease_s = 60.0;          // without a heartbeat until the server gives the task to another
};

class HttpTaskSource final : public evaluators::TaskSource {
 public:
  // Supernets of the server that the library has not are added to it.
  HttpTaskSource(HttpClient client, WorkerOptions options, evaluators::SupernetLibrary& supernets);
  // Gives back what is not completed.
  ~HttpTaskSource() override;

  // Throws std::runtime_error when this worker and its server cannot work together.
  std::optional<evaluators::Task> claim(std::stop_token stop) override;
  void complete(const evaluators::Task& task, evaluators::Evaluation evaluation) override;

 private:
  std::string claim_body() const;
  evaluators::Task read_task(const nlohmann::json& document);
  void need_supernet(const nlohmann::json& document);
  std::string report_body(const evaluators::Task& task,
                          const evaluators::Evaluation& evaluation) const;
  void keep_alive(std::stop_token stop);
  // False once a stop is requested.
  static bool wait(std::stop_token stop, double seconds);

  HttpClient client_;
  WorkerOptions options_;
  evaluators::SupernetLibrary& supernets_;
  std::stop_token stop_;  // of the last claim
  std::mutex mutex_;
  std::map<std::string, std::int64_t> tokens_;  // by the task's id
  std::jthread heartbeats_;                     // last: it ends before what it uses
};

}  // namespace quarry::server
