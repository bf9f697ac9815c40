// Finds the handler of a request by method and path.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/message.hpp"

namespace quarry::server {

using Handler = std::function<Response(const Request&)>;

struct RouteLimits {
  std::uint64_t max_body_bytes = 8 * 1024 * 1024;
  bool is_slow = false;         // answered beside the others, which do not wait for it
  bool waits_for_disk = false;  // the same, but many at a time, which share the disk's writes
};

class Router {
 public:
  // Pattern segments in braces match one path segment: "/v1/studies/{id}/trials". A literal may
  // follow a brace: "/v1/studies/{id}:stop". A last segment "{name*}" matches the rest of the path.
  void add(const std::string& method, const std::string& pattern, Handler handler,
           RouteLimits limits = {});

  // 404 when no pattern matches the path, 405 with Allow when another method's does. HEAD is
  // answered by GET, OPTIONS with what the path answers. A handler that throws is a 500 with its
  // reason.
  Response route(Request request) const;

  // Of the route that will answer; the usual ones where none does.
  RouteLimits limits(std::string_view method, std::string_view path) const;

  struct Route {
    std::string method;
    std::string pattern;
  };
  std::vector<Route> routes() const;

 private:
  using Bound = std::map<std::string, std::string, std::less<>>;
  struct Entry {
    std::string method;
    std::string pattern;
    std::string begin;  // of the pattern, before its first brace
    Handler handler;
    RouteLimits limits;
  };
  // Binds the pattern's braces to the path's values; false where it does not match.
  static bool matches(const Entry& entry, std::string_view path, Bound& bound);
  std::vector<Entry> entries_;
};

// "a%20b" -> "a b"; nothing when an escape is broken.
std::optional<std::string> percent_decode(std::string_view text);

// The inverse, for one value in a path or query: "a b" -> "a%20b".
std::string percent_encode(std::string_view text);

// Splits "/path?a=1&b=2" into path and query; false when an escape is broken or the target does not
// start with '/'.
bool parse_target(std::string_view target, Request& request);

}  // namespace quarry::server
