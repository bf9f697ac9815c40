// The HTTP server: one coroutine per connection on one thread, slow routes on another beside it.
// All of Beast is behind this header.
#pragma once

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

class HttpServer {
 public:
  // Listens at once; throws AddressTaken, or another std::runtime_error that says what to do. Port
  // 0 takes a free one.
  HttpServer(const std::string& address, std::uint16_t port, const Router& router);
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
