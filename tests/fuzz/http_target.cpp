// The target of a request: path, escapes, query; and the router's patterns over what comes out.
#include "server/http/router.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace quarry;

namespace {

server::Router make_router() {
  server::Router router;
  const auto answer = [](const server::Request& request) {
    for (const auto& [name, value] : request.parameters)
      fuzz::require(name == "rest" || !value.empty(), "one whole segment is not empty");
    return server::Response{};
  };
  for (const char* pattern : {"/", "/v1/studies", "/v1/studies/{id}", "/v1/studies/{id}:pause",
                              "/v1/studies/{id}/trials", "/v1/tasks:claim", "/files/{rest*}"})
    router.add("GET", pattern, answer);
  return router;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const server::Router kRouter = make_router();
  server::Request request{.method = "GET"};
  if (!server::parse_target(fuzz::text_of(data, size), request)) return 0;
  fuzz::require(request.path.starts_with('/'), "a path begins with a slash");
  for (const auto& [name, value] : request.query) {
    const std::string pair =
        "/?" + server::percent_encode(name) + "=" + server::percent_encode(value);
    server::Request again;
    fuzz::require(server::parse_target(pair, again), "what was read can be written");
    fuzz::require(again.query.at(name) == value, "and is read the same");
  }
  kRouter.limits(request.method, request.path);
  const server::Response response = kRouter.route(request);
  fuzz::require(response.status == 200 || response.status == 404, "a path is known or not");
  return 0;
}
