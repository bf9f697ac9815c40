// Tested by tests/server/wire_test.cpp.
#include "server/http/wire.hpp"

namespace quarry::server {
namespace {

bool never_has_body(const Response& response) {
  return response.status == 204 || response.status == 304;
}

void add_field(std::string& text, std::string_view name, std::string_view value) {
  text.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

bool has_body(const Response& response, const Exchange& exchange) {
  return !exchange.is_head && !never_has_body(response);
}

std::string head_text(const Response& response, const Exchange& exchange) {
  std::string text;
  text.reserve(512);
  text.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  text.append(reason_phrase(response.status)).append("\r\n");
  if (!response.content_type.empty()) add_field(text, "Content-Type", response.content_type);
  for (const auto& [name, value] : response.headers) add_field(text, name, value);
  // HEAD is told how long GET's body is.
  if (!never_has_body(response))
    add_field(text, "Content-Length", std::to_string(response.body.size()));
  if (!exchange.keeps_alive) add_field(text, "Connection", "close");
  if (exchange.keeps_alive && exchange.is_old) add_field(text, "Connection", "keep-alive");
  return text.append("\r\n");
}

}  // namespace quarry::server
