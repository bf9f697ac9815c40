#include "server/http/router.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace quarry::server {
namespace {

Router sample() {
  Router router;
  const auto say = [](std::string what) {
    return [what](const Request& request) {
      std::string text = what;
      for (const auto& [name, value] : request.parameters) text += " " + name + "=" + value;
      return Response{.body = text};
    };
  };
  router.add("GET", "/v1/studies", say("list"));
  router.add("POST", "/v1/studies", say("create"));
  router.add("GET", "/v1/studies/{id}", say("get"));
  router.add("POST", "/v1/studies/{id}:stop", say("stop"));
  router.add("GET", "/v1/studies/{id}/trials", say("trials"));
  router.add("GET", "/files/{path*}", say("file"));
  router.add("GET", "/broken",
             [](const Request&) -> Response { throw std::runtime_error("no disk"); });
  return router;
}

std::string answer(const std::string& method, const std::string& path) {
  const Response response = sample().route({.method = method, .path = path});
  return response.status == 200 ? response.body : std::to_string(response.status);
}

TEST_CASE("paths find their handlers and bind their names") {
  CHECK(answer("GET", "/v1/studies") == "list");
  CHECK(answer("POST", "/v1/studies") == "create");
  CHECK(answer("GET", "/v1/studies/st_1") == "get id=st_1");
  CHECK(answer("POST", "/v1/studies/st_1:stop") == "stop id=st_1");
  CHECK(answer("GET", "/v1/studies/st_1/trials") == "trials id=st_1");
  CHECK(answer("GET", "/files/a/b.js") == "file path=a/b.js");
  CHECK(answer("HEAD", "/v1/studies") == "list");
}

TEST_CASE("what is not there is 404, another method's path 405 with Allow") {
  CHECK(answer("GET", "/v1") == "404");
  CHECK(answer("GET", "/v1/studies/") == "404");
  CHECK(answer("GET", "/v1/studies/a:go") == "404");
  CHECK(answer("GET", "/v1/studies/a/trials/b") == "404");
  const Response response = sample().route({.method = "DELETE", .path = "/v1/studies"});
  CHECK(response.status == 405);
  CHECK(response.headers ==
        std::vector<std::pair<std::string, std::string>>{{"Allow", "GET, HEAD, POST, OPTIONS"}});
  const Response options = sample().route({.method = "OPTIONS", .path = "/v1/studies"});
  CHECK(options.status == 204);
  CHECK(options.headers == response.headers);
}

TEST_CASE("a route has limits of its own, the others the usual ones") {
  Router router;
  router.add("POST", "/large", [](const Request&) { return Response{}; }, {.max_body_bytes = 100});
  CHECK(router.limits("POST", "/large").max_body_bytes == 100);
  CHECK(router.limits("GET", "/large").max_body_bytes == RouteLimits{}.max_body_bytes);
  CHECK(router.limits("POST", "/nothing").max_body_bytes == RouteLimits{}.max_body_bytes);
}

TEST_CASE("a handler that throws is a 500 that says why") {
  const Response response = sample().route({.method = "GET", .path = "/broken"});
  CHECK(response.status == 500);
  CHECK(nlohmann::json::parse(response.body)["detail"] == "the server could not answer: no disk");
}

TEST_CASE("targets are split and decoded, broken ones refused") {
  Request request;
  CHECK(parse_target("/v1/a%20b+c?x=1&y=%2F&flag&z=a+%2B", request));
  CHECK(request.path == "/v1/a b+c");
  CHECK(request.query == std::map<std::string, std::string, std::less<>>{
                             {"x", "1"}, {"y", "/"}, {"flag", ""}, {"z", "a +"}});
  for (const char* broken : {"", "x", "/%", "/%2", "/%zz", "/a?b=%g0"}) {
    Request ignored;
    CHECK_FALSE(parse_target(broken, ignored));
  }
}

TEST_CASE("what is encoded for a target is decoded to itself, whatever bytes it has") {
  CHECK(percent_encode("latency_ms <= 1.5, a@1") == "latency_ms%20%3C%3D%201.5%2C%20a@1");
  std::string all;
  for (int byte = 1; byte < 256; ++byte) all += static_cast<char>(byte);
  Request request;
  CHECK(parse_target("/?q=" + percent_encode(all), request));
  CHECK(request.query.at("q") == all);
}

TEST_CASE("a problem names every field, and survives text that is not UTF-8") {
  const Response response = problem(422, "bad \xFF text", {{"/a", "must be b"}});
  const auto document = nlohmann::json::parse(response.body);
  CHECK(response.content_type == "application/problem+json");
  CHECK(document["title"] == "Unprocessable Content");
  CHECK(document["errors"][0]["pointer"] == "/a");
}

}  // namespace
}  // namespace quarry::server
