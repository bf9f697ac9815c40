// Problem documents. Tested by tests/server/router_test.cpp.
#include "server/http/message.hpp"

#include <nlohmann/json.hpp>

namespace quarry::server {

std::string_view reason_phrase(unsigned status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 409:
      return "Conflict";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "";
  }
}

std::string_view header(const Request& request, std::string_view name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? std::string_view() : std::string_view(found->second);
}

Response problem(unsigned status, const std::string& detail,
                 const std::vector<std::pair<std::string, std::string>>& errors) {
  nlohmann::json document = {{"type", "about:blank"},
                             {"title", reason_phrase(status)},
                             {"status", status},
                             {"detail", detail}};
  for (const auto& [pointer, why] : errors)
    document["errors"].push_back({{"pointer", pointer}, {"detail", why}});
  // Text that came from a request may not be UTF-8.
  return {.status = status,
          .content_type = "application/problem+json",
          .body = document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

}  // namespace quarry::server
