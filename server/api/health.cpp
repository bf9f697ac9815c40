// /healthz, /readyz and /metrics: what probes and monitors ask.
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "server/api/api.hpp"
#include "server/api/views.hpp"

namespace quarry::server {
namespace {

std::string number(double value) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.9g", value);
  return text.data();
}

// The text format of Prometheus, version 0.0.4.
class Exposition {
 public:
  void family(const std::string& name, const char* type, const char* help) {
    text_ += "# HELP " + name + " " + help + "\n# TYPE " + name + " " + type + "\n";
  }
  void sample(const std::string& name, const std::string& labels, double value) {
    text_ += name + (labels.empty() ? "" : "{" + labels + "}") + " " + number(value) + "\n";
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string labels_of(const RequestCounts::Key& key) {
  return "method=\"" + key.method + "\",route=\"" + (key.route.empty() ? "none" : key.route) +
         "\",status=\"" + std::to_string(key.status) + "\"";
}

void add_requests(Exposition& exposition, const RequestCounts& counts) {
  const auto all = counts.all();
  exposition.family("quarry_http_requests_total", "counter", "Requests answered.");
  for (const auto& [key, count] : all)
    exposition.sample("quarry_http_requests_total", labels_of(key),
                      static_cast<double>(count.requests));
  exposition.family("quarry_http_request_seconds_total", "counter",
                    "Time spent on answering requests.");
  for (const auto& [key, count] : all)
    exposition.sample("quarry_http_request_seconds_total", labels_of(key), count.seconds);
}

void add_studies(Exposition& exposition, Store& store) {
  std::map<std::string, std::int64_t> by_state;
  std::int64_t trials = 0;
  for (const StudyRecord& study : store.studies()) {
    ++by_state[study.state];
    trials += study.trials;
  }
  exposition.family("quarry_studies", "gauge", "Studies by state.");
  for (const auto& [state, count] : by_state)
    exposition.sample("quarry_studies", "state=\"" + state + "\"", static_cast<double>(count));
  exposition.family("quarry_trials_finished", "gauge", "Finished trials of all studies.");
  exposition.sample("quarry_trials_finished", "", static_cast<double>(trials));
}

void add_process(Exposition& exposition) {
  long pages = 0;
  long resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  exposition.family("process_resident_memory_bytes", "gauge", "Resident memory.");
  exposition.sample("process_resident_memory_bytes", "",
                    static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)));
  std::error_code error;
  std::int64_t descriptors = 0;
  for (std::filesystem::directory_iterator entry("/proc/self/fd", error), end;
       !error && entry != end; entry.increment(error))
    ++descriptors;
  exposition.family("process_open_fds", "gauge", "Open file descriptors.");
  exposition.sample("process_open_fds", "", static_cast<double>(descriptors));
}

}  // namespace

Response get_health(const ApiContext&, const Request&) { return json_response({{"status", "ok"}}); }

Response get_readiness(const ApiContext& context, const Request&) {
  try {
    context.store.study("st_");
    return json_response({{"status", "ready"}});
  } catch (const StoreError& error) {
    return problem(503, std::string("the database does not answer: ") + error.what());
  }
}

Response get_metrics(const ApiContext& context, const Request&) {
  Exposition exposition;
  add_requests(exposition, context.counts);
  add_studies(exposition, context.store);
  add_process(exposition);
  return {.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = exposition.take()};
}

}  // namespace quarry::server
