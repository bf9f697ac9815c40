// The load of the service benchmark: connections that are kept, event readers, and what a process
// costs. A blocking socket per client, so that the generator costs little beside the server.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace quarry::bench {

using nlohmann::json;

struct Answer {
  unsigned status = 0;
  std::string body;
  json document() const { return json::parse(body); }
};

// Every failure of the network throws std::runtime_error.
class Connection {
 public:
  // url: "http://127.0.0.1:8080"
  explicit Connection(const std::string& url);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  Answer call(const std::string& method, const std::string& target, const std::string& body = "");
  // Throws when the status is another; gives the body as JSON.
  json expect(unsigned status, const std::string& method, const std::string& target,
              const json& body = nullptr);

  // Reads a stream of events from its beginning until it ends or on_event returns false.
  void stream(const std::string& target,
              const std::function<bool(std::int64_t id, const std::string& type)>& on_event);

 private:
  void send(const std::string& text);
  bool receive_more();
  std::size_t receive_head();

  int socket_ = -1;
  std::string received_;  // and not used yet
};

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

// Of a process that lives.
double resident_megabytes(pid_t process);
double processor_seconds(pid_t process);

// The value below which this share of the values is.
double quantile(std::vector<double> values, double share);

// Milliseconds of one fdatasync of 4 KiB appended in this folder: the median and the slowest of a
// hundred among so many. What no durable answer can be faster than.
std::pair<double, double> fdatasync_ms(const std::string& folder, int count = 200);

}  // namespace quarry::bench
