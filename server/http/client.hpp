// A small blocking HTTP client for the quarry command.
#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>

#include "server/http/message.hpp"

namespace quarry::server {

// The server could not be reached or went away; says what to do.
struct ConnectionError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class HttpClient {
 public:
  // url: "http://127.0.0.1:8080". Throws ConnectionError when it is not such a URL. Nothing is
  // connected yet.
  explicit HttpClient(const std::string& url);

  // One request on a connection of its own. Throws ConnectionError.
  Response request(const std::string& method, const std::string& target,
                   const std::string& body = "",
                   const std::string& content_type = "application/json") const;

  // Reads a stream of events until on_event returns false or the server ends the stream. Throws
  // ConnectionError; a status other than 200 is given to on_refused instead.
  void stream(const std::string& target, std::int64_t last_event_id,
              const std::function<bool(const ServerSentEvent&)>& on_event,
              const std::function<void(const Response&)>& on_refused) const;

  const std::string& url() const { return url_; }

 private:
  std::string url_;
  std::string host_;
  std::string port_;
};

}  // namespace quarry::server
