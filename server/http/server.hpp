// The HTTP server: one coroutine per connection on one thread; slow routes, and those that wait for
// the disk, on others beside it.
// All of Beast is behind this header.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "server/http/router.hpp"

namespace quarry::server {

// Another program listens there already; says what to do.
struct AddressTaken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// What answers requests. answer() is called on the server's thread, or beside it, several at a
// time, where limits() say that the route is slow or waits for the disk.
struct Answerer {
  std::function<Response(Request)> answer;
  // Asked with what is known before the body is there: method, path, query and headers.
  std::function<RouteLimits(const Request&)> limits;
};

struct ListenOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0 takes a free one
  // PEM files of the certificate's chain and its key; both empty: no TLS.
  std::string certificate_file;
  std::string key_file;
  std::size_t max_connections = 1024;  // more are told 503 and closed
  // For a request's head, for its body, and between two requests of one connection.
  std::chrono::milliseconds read_timeout = std::chrono::seconds(60);
  std::chrono::milliseconds write_timeout = std::chrono::seconds(30);  // a slower reader is dropped
};

class HttpServer {
 public:
  // Listens at once; throws AddressTaken, or another std::runtime_error that says what to do.
  HttpServer(const ListenOptions& options, Answerer answerer);
  ~HttpServer();

  std::uint16_t port() const;

  // Serves on the calling thread until stop() or, if asked to watch for them, SIGINT or SIGTERM.
  void run(bool until_signal);

  // From any thread.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace quarry::server
