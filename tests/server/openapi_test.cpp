// The API's description against the table of routes: neither has what the other lacks.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/support/api_fixture.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

std::string lower(std::string text) {
  for (char& letter : text)
    letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return text;
}

TEST_CASE("every route is in the OpenAPI document, and every operation of it has a route") {
  test::ApiFixture api;
  const json document = api.call("GET", "/openapi.json");
  CHECK(document["openapi"] == "3.1.0");
  std::set<std::string> described;
  for (const auto& [path, operations] : document["paths"].items())
    for (const auto& [method, operation] : operations.items())
      described.insert(method + " " + path);
  std::set<std::string> routed;
  for (const Router::Route& route : api.router().routes()) {
    const bool is_dashboard = route.pattern == "/" || route.pattern.starts_with("/app.");
    if (!is_dashboard) routed.insert(lower(route.method) + " " + route.pattern);
  }
  CHECK(described == routed);
}

TEST_CASE(
    "every reference of the OpenAPI document leads somewhere, every operation has its own id") {
  test::ApiFixture api;
  const json document = api.call("GET", "/openapi.json");
  std::set<std::string> ids;
  std::size_t operations = 0;
  for (const auto& [path, methods] : document["paths"].items()) {
    for (const auto& [method, operation] : methods.items()) {
      ids.insert(operation["operationId"]);
      ++operations;
    }
  }
  CHECK(ids.size() == operations);
  const json flat = document.flatten();
  for (const auto& [pointer, value] : flat.items()) {
    if (!pointer.ends_with("/$ref")) continue;
    INFO(pointer);
    CHECK(document.contains(json::json_pointer(value.get<std::string>().substr(1))));
  }
}

}  // namespace
}  // namespace quarry::server
