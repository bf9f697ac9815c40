#include "server/http/wire.hpp"

#include <catch2/catch.hpp>

namespace quarry::server {
namespace {

TEST_CASE("an answer's head has its status, its headers and the length of its body") {
  const Response response{.status = 201, .body = "{}", .headers = {{"Location", "/v1/studies/a"}}};
  CHECK(head_text(response, {}) ==
        "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nLocation: /v1/studies/a\r\n"
        "Content-Length: 2\r\n\r\n");
  CHECK(has_body(response, {}));
}

TEST_CASE("HEAD is told the length of the body that does not follow") {
  const Response response{.body = "12345"};
  CHECK(head_text(response, {.is_head = true}).find("Content-Length: 5\r\n") != std::string::npos);
  CHECK_FALSE(has_body(response, {.is_head = true}));
}

TEST_CASE("204 and 304 have neither body nor length") {
  for (const unsigned status : {204U, 304U}) {
    const Response response{.status = status, .content_type = "", .body = ""};
    CHECK(head_text(response, {}).find("Content-Length") == std::string::npos);
    CHECK_FALSE(has_body(response, {}));
  }
}

TEST_CASE("the connection's end is announced, and to HTTP/1.0 that it goes on") {
  const Response response{.body = "x"};
  const auto has = [&](const Exchange& exchange, const std::string& field) {
    return head_text(response, exchange).find(field) != std::string::npos;
  };
  CHECK(has({.keeps_alive = false}, "\r\nConnection: close\r\n"));
  CHECK(has({.is_old = true, .keeps_alive = false}, "\r\nConnection: close\r\n"));
  CHECK(has({.is_old = true}, "\r\nConnection: keep-alive\r\n"));
  CHECK_FALSE(has({}, "Connection"));
}

}  // namespace
}  // namespace quarry::server
