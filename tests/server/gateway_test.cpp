// The gateway as a function from request to answer, over a real database and a router of few
// routes.
#include "server/access/gateway.hpp"

#include <sqlite3.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "server/storage/open_database.hpp"
#include "server/storage/store.hpp"
#include "tests/support/server.hpp"

namespace quarry::server {
namespace {

using Headers = std::map<std::string, std::string, std::less<>>;

// The end of the process, between what a request does and its answer.
struct Death {};

class GatewayFixture {
 public:
  explicit GatewayFixture(GatewayOptions options = {}) {
    router_.add("GET", "/v1/things/{id}",
                [this](const Request&) { return Response{.body = std::to_string(made_)}; });
    router_.add("POST", "/v1/things", [this](const Request& request) {
      if (request.body == "fail") return problem(503, "not now");
      return Response{.status = 201,
                      .body = std::to_string(++made_),
                      .headers = {{"Location", "/v1/things/1"}}};
    });
    router_.add("POST", "/v1/secrets", [this](const Request&) {
      return Response{.body = std::to_string(++made_), .headers = {{"Cache-Control", "no-store"}}};
    });
    router_.add("GET", "/v1/studies/{id}", [this](const Request& request) {
      const auto study = store_->study(request.parameters.at("id"));
      return study ? Response{.body = study->state} : problem(404, "no such study");
    });
    router_.add("POST", "/v1/studies", [this](const Request& request) {
      const std::string id = "st_" + std::to_string(store_->studies().size());
      store_->commit({.study = {.id = id, .spec = "{}", .state = "queued"},
                      .events = {{.type = "study.created", .at = "t", .data = "{}"}}});
      if (request.body == "die") throw Death{};
      return Response{.status = 201, .body = "new " + id};
    });
    router_.add("POST", "/v1/studies/{id}:pause", [this](const Request& request) {
      const std::string& id = request.parameters.at("id");
      store_->commit({.study = {.id = id, .spec = "{}", .state = "pausing"},
                      .events = {{.type = "study.state", .at = "t", .data = "{}"}}});
      throw Death{};
      return Response{};
    });
    router_.add("POST", "/v1/large", [](const Request&) { return Response{}; },
                {.max_body_bytes = 64 << 20});
    router_.add("POST", "/v1/things/{id}:predict",
                [](const Request&) { return Response{.body = "1"}; });
    router_.add("POST", "/v1/tasks:claim", [](const Request&) { return Response{.status = 204}; });
    router_.add("DELETE", "/v1/things/{id}", [this](const Request&) {
      made_ = 0;
      return Response{.status = 204};
    });
    options.now = [this] { return now; };
    options_ = options;
    restart();
  }

  void restart() {
    gateway_ = std::make_unique<Gateway>(router_, tokens_, answers_, counts_, options_);
  }
  Store& store() { return *store_; }

  Response call(const std::string& method, const std::string& path, Headers headers = {},
                const std::string& body = "", const std::string& peer = "10.0.0.1") {
    headers.emplace("host", "127.0.0.1:8080");
    return gateway_->answer({.method = method,
                             .path = path,
                             .headers = std::move(headers),
                             .body = body,
                             .peer = peer});
  }

  std::string token(Scope scope) {
    const auto [record, secret] = new_token("test", scope, "2026-01-01T00:00:00.000Z");
    tokens_.add(record);
    return secret;
  }

  std::uint64_t body_limit(Headers headers) {
    return gateway_->limits({.method = "POST", .path = "/v1/large", .headers = std::move(headers)})
        .max_body_bytes;
  }
  const std::string& folder() const { return folder_.path(); }

  double now = 1e9;
  int made() const { return made_; }
  TokenStore& tokens() { return tokens_; }
  RequestCounts& counts() { return counts_; }

 private:
  test::TemporaryFolder folder_;
  std::shared_ptr<Database> database_ = open_database(folder_.path());
  TokenStore tokens_{database_};
  AnswerStore answers_{database_};
  std::unique_ptr<Store> store_ = open_sqlite_store(database_);
  RequestCounts counts_;
  Router router_;
  GatewayOptions options_;
  std::unique_ptr<Gateway> gateway_;
  int made_ = 0;
};

Headers bearer(const std::string& token) { return {{"authorization", "Bearer " + token}}; }

TEST_CASE("a page of another site can neither name this server nor post to it") {
  GatewayFixture server;
  CHECK(server.call("GET", "/v1/things/1").status == 200);
  CHECK(server.call("GET", "/v1/things/1", {{"host", "localhost:1"}}).status == 200);
  CHECK(server.call("GET", "/v1/things/1", {{"host", "[::1]:80"}}).status == 200);
  CHECK(server.call("GET", "/v1/things/1", {{"host", "evil.example"}}).status == 403);
  CHECK(server.call("POST", "/v1/things", {{"origin", "http://127.0.0.1:8080"}}).status == 201);
  CHECK(server.call("POST", "/v1/things", {{"origin", "http://evil.example"}}).status == 403);
  CHECK(server.call("POST", "/v1/things", {{"origin", "null"}}).status == 403);
  CHECK(server.made() == 1);
}

TEST_CASE("bodies are JSON, CSV or bytes, whatever curl and fetch call them") {
  GatewayFixture server;
  for (const char* type : {"application/json", "application/json; charset=utf-8", "text/csv",
                           "application/x-www-form-urlencoded", "text/plain;charset=UTF-8",
                           "application/octet-stream", "application/x-ndjson"})
    CHECK(server.call("POST", "/v1/things", {{"content-type", type}}, "{}").status == 201);
  CHECK(server.call("POST", "/v1/things", {{"content-type", "text/html"}}, "{}").status == 415);
  CHECK(server.call("POST", "/v1/things", {{"content-type", "multipart/form-data"}}, "{}").status ==
        415);
}

TEST_CASE("beyond loopback every request needs a token whose scope covers it") {
  GatewayFixture server({.tokens_required = true});
  const Response without = server.call("GET", "/v1/things/1");
  CHECK(without.status == 401);
  CHECK(server.call("GET", "/v1/things/1", bearer("qt_wrong")).status == 401);
  CHECK(server.call("GET", "/healthz").status == 404);  // let through: there is no such route here
  const std::string reader = server.token(Scope::kRead);
  const std::string worker = server.token(Scope::kWorker);
  const std::string admin = server.token(Scope::kAdmin);
  CHECK(server.call("GET", "/v1/things/1", bearer(reader)).status == 200);
  CHECK(server.call("POST", "/v1/things/1:predict", bearer(reader)).status == 200);
  CHECK(server.call("POST", "/v1/tasks:claim", bearer(reader)).status == 403);
  CHECK(server.call("POST", "/v1/tasks:claim", bearer(worker)).status == 204);
  CHECK(server.call("POST", "/v1/things", bearer(worker)).status == 403);
  CHECK(server.call("POST", "/v1/things", bearer(admin)).status == 201);
  CHECK(server.call("GET", "/v1/things/1", {{"cookie", "a=b; quarry_token=" + reader}}).status ==
        200);
  CHECK(server.tokens().remove(server.tokens().all().front().id));
  CHECK_FALSE(server.tokens().remove("tk_nothing"));
}

TEST_CASE("reading needs the least, tasks a worker's scope, changes the most") {
  CHECK(scope_needed("GET", "/v1/studies") == Scope::kRead);
  CHECK(scope_needed("POST", "/v1/supernets/a:describe") == Scope::kRead);
  CHECK(scope_needed("POST", "/v1/studies/a:ask") == Scope::kWorker);
  CHECK(scope_needed("POST", "/v1/tasks/7:complete") == Scope::kWorker);
  CHECK(scope_needed("POST", "/v1/studies") == Scope::kAdmin);
  CHECK(scope_needed("DELETE", "/v1/studies/a") == Scope::kAdmin);
  CHECK(scope_needed("GET", "/v1/tokens") == Scope::kAdmin);
}

TEST_CASE("a revoked token is refused from the next request on") {
  GatewayFixture server({.tokens_required = true});
  const std::string token = server.token(Scope::kRead);
  CHECK(server.call("GET", "/v1/things/1", bearer(token)).status == 200);
  server.tokens().remove(server.tokens().all().front().id);
  CHECK(server.call("GET", "/v1/things/1", bearer(token)).status == 401);
}

TEST_CASE("a client that asks too often waits, the others do not") {
  GatewayFixture server({.requests_per_second = 2.0});
  for (int i = 0; i < 20; ++i) CHECK(server.call("GET", "/v1/things/1").status == 200);
  const Response refused = server.call("GET", "/v1/things/1");
  CHECK(refused.status == 429);
  CHECK(refused.headers.front() == std::pair<std::string, std::string>("Retry-After", "1"));
  CHECK(server.call("GET", "/v1/things/1", {}, "", "10.0.0.2").status == 200);
  server.now += 1.0;
  CHECK(server.call("GET", "/v1/things/1").status == 200);
  CHECK(server.call("GET", "/v1/things/1").status == 200);
  CHECK(server.call("GET", "/v1/things/1").status == 429);
}

TEST_CASE("a request sent twice with one Idempotency-Key is done once and answered the same") {
  GatewayFixture server;
  const Headers key = {{"idempotency-key", "k1"}};
  const Response first = server.call("POST", "/v1/things", key, "{}");
  const Response again = server.call("POST", "/v1/things", key, "{}");
  CHECK(again.status == 201);
  CHECK(again.body == first.body);
  CHECK(again.headers.front() == std::pair<std::string, std::string>("Location", "/v1/things/1"));
  CHECK(server.made() == 1);
  CHECK(server.call("POST", "/v1/things", key, "{\"other\":1}").status == 422);
  CHECK(server.call("POST", "/v1/things", {{"idempotency-key", "k2"}}, "{}").status == 201);
  CHECK(server.made() == 2);
  CHECK(server.call("POST", "/v1/things", {{"idempotency-key", std::string(256, 'x')}}).status ==
        400);
}

TEST_CASE("an answer is kept for a day, and a failure of the server's is not kept") {
  GatewayFixture server;
  const Headers key = {{"idempotency-key", "k1"}};
  CHECK(server.call("POST", "/v1/things", key, "fail").status == 503);
  CHECK(server.call("POST", "/v1/things", key, "{}").status == 201);
  server.now += 25 * 3600;
  CHECK(server.call("POST", "/v1/things", {{"idempotency-key", "k2"}}, "{}").status == 201);
  CHECK(server.call("POST", "/v1/things", key, "{}").status == 201);
  CHECK(server.made() == 3);
}

TEST_CASE("a server that dies between the act and its answer does not act again") {
  GatewayFixture server;
  const Headers key = {{"idempotency-key", "k1"}};
  CHECK_THROWS_AS(server.call("POST", "/v1/studies", key, "die"), Death);
  server.restart();
  const Response again = server.call("POST", "/v1/studies", key, "die");
  CHECK(again.status == 201);
  CHECK(again.body == "queued");  // the study as it is now
  CHECK(server.store().studies().size() == 1);
  CHECK(server.call("POST", "/v1/studies", key, "another").status == 422);

  const Headers pause = {{"idempotency-key", "k2"}};
  CHECK_THROWS_AS(server.call("POST", "/v1/studies/st_0:pause", pause), Death);
  server.restart();
  CHECK(server.call("POST", "/v1/studies/st_0:pause", pause).status == 202);
  CHECK(server.store().events("st_0", 0, 10).size() == 2);
}

TEST_CASE("an answer that was kept is the first one, not the study as it is now") {
  GatewayFixture server;
  const Headers key = {{"idempotency-key", "k1"}};
  CHECK(server.call("POST", "/v1/studies", key).body == "new st_0");
  server.store().commit({.study = {.id = "st_0", .spec = "{}", .state = "completed"}});
  CHECK(server.call("POST", "/v1/studies", key).body == "new st_0");
  CHECK(server.store().studies().size() == 1);
}

TEST_CASE("an answer that holds a secret is not kept, whatever key the request had") {
  GatewayFixture server;
  const Headers key = {{"idempotency-key", "k1"}};
  CHECK(server.call("POST", "/v1/secrets", key).body == "1");
  CHECK(server.call("POST", "/v1/secrets", key).body == "2");
}

TEST_CASE("of whoever has no token no large body is taken in") {
  GatewayFixture open;
  CHECK(open.body_limit({{"content-length", "5000000"}}) == 64 << 20);
  GatewayFixture guarded({.tokens_required = true});
  CHECK(guarded.body_limit({{"content-length", "5000000"}}) == 1 << 20);
  CHECK(guarded.body_limit({{"transfer-encoding", "chunked"}}) == 1 << 20);
  Headers known = bearer(guarded.token(Scope::kAdmin));
  known.emplace("content-length", "5000000");
  CHECK(guarded.body_limit(known) == 64 << 20);
}

TEST_CASE("a database that does not answer is a 503 that says so") {
  GatewayFixture server({.tokens_required = true});
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open((server.folder() + "/quarry.db").c_str(), &database) == SQLITE_OK);
  CHECK(sqlite3_exec(database, "DROP TABLE tokens", nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
  const Response response = server.call("GET", "/v1/things/1", bearer("qt_any"));
  CHECK(response.status == 503);
  CHECK(nlohmann::json::parse(response.body)["detail"].get<std::string>().starts_with(
      "the database failed: "));
  CHECK(server.body_limit({{"content-length", "5000000"}, {"authorization", "Bearer qt_any"}}) ==
        1 << 20);
}

TEST_CASE("If-Match lets a change through only to what the client has seen") {
  GatewayFixture server;
  server.call("POST", "/v1/things");
  std::string tag;
  for (const auto& [name, value] : server.call("GET", "/v1/things/1").headers) {
    if (name == "ETag") tag = value;
  }
  server.call("POST", "/v1/things");
  CHECK(server.call("DELETE", "/v1/things/1", {{"if-match", tag}}).status == 412);
  CHECK(server.made() == 2);
  CHECK(server.call("POST", "/v1/things/1:predict", {{"if-match", tag}}).status == 412);
  CHECK(server.call("DELETE", "/v1/things/1", {{"if-match", "*"}}).status == 204);
  CHECK(server.made() == 0);
}

TEST_CASE("answers are counted by method, route and status") {
  GatewayFixture server;
  server.call("GET", "/v1/things/1");
  server.call("GET", "/v1/things/2");
  server.call("GET", "/nothing");
  const auto counts = server.counts().all();
  CHECK(counts.at({"GET", "/v1/things/{id}", 200}).requests == 2);
  CHECK(counts.at({"GET", "", 404}).requests == 1);
}

}  // namespace
}  // namespace quarry::server
