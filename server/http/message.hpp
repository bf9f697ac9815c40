// Requests and responses as the API sees them: plain data, no sockets.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace quarry::server {

struct Request {
  std::string method;  // "GET"
  std::string path;    // decoded, without the query
  std::map<std::string, std::string, std::less<>> query;
  std::map<std::string, std::string, std::less<>> headers;     // names in lower case
  std::map<std::string, std::string, std::less<>> parameters;  // of the matched route: {id}
  std::string body;
  std::string id;    // names this request in the answer and in logs
  std::string peer;  // the client's IP address
};

struct ServerSentEvent {
  std::int64_t id = 0;
  std::string type;
  std::string data;  // one line
};

// A stream of server-sent events. The reader pulls; it is woken when there may be more.
struct EventSource {
  std::int64_t after = 0;  // the reader has seen everything up to here
  std::function<std::vector<ServerSentEvent>(std::int64_t after, std::size_t limit)> read;
  // Calls wake, from any thread, whenever there may be more; ends when the returned object is
  // destroyed.
  std::function<std::shared_ptr<void>(std::function<void()> wake)> subscribe;
  // There will never be more than what read() gives now.
  std::function<bool()> ended;
};

struct Response;

// An answer that may have to be waited for, without a thread.
struct LongPoll {
  std::function<std::optional<Response>()> attempt;  // nothing: not yet
  // As EventSource::subscribe: wake means that another attempt may be worth it.
  std::function<std::shared_ptr<void>(std::function<void()> wake)> subscribe;
  double seconds = 0.0;  // to wait at most
  std::function<Response()> give_up;
};

struct Response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<EventSource> events;   // instead of a body
  std::string route;                   // "/v1/studies/{id}"; empty when no route matched
  std::optional<LongPoll> later = {};  // instead of everything else
};

// The value of a header, by its name in lower case; empty when it is not there.
std::string_view header(const Request& request, std::string_view name);

// RFC 9457. errors: pairs of JSON pointer and detail.
Response problem(unsigned status, const std::string& detail,
                 const std::vector<std::pair<std::string, std::string>>& errors = {});

// "Not Found"
std::string_view reason_phrase(unsigned status);

}  // namespace quarry::server
