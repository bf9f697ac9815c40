// Single requests to a running server, with the answer that is expected.
#pragma once

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "server/http/client.hpp"

namespace quarry::test {

// One request; a server that is dying under it is a ConnectionError.
inline server::Response ask_server(const std::string& url, const std::string& method,
                                   const std::string& target,
                                   const nlohmann::json& body = nullptr) {
  return server::HttpClient(url).request(method, target, body.is_null() ? "" : body.dump());
}

inline nlohmann::json answer_of(const server::Response& response, unsigned expected = 200) {
  INFO(response.body);
  REQUIRE(response.status == expected);
  return response.body.empty() ? nlohmann::json() : nlohmann::json::parse(response.body);
}

inline nlohmann::json call(const std::string& url, const std::string& method,
                           const std::string& target, const nlohmann::json& body = nullptr,
                           unsigned expected = 200) {
  INFO(method << " " << target);
  return answer_of(ask_server(url, method, target, body), expected);
}

inline nlohmann::json get(const std::string& url, const std::string& target) {
  return call(url, "GET", target);
}

}  // namespace quarry::test
