// What holds for every list and every route of the API, whatever it is about: a new route is under
// these tests without being named here.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "server/access/gateway.hpp"
#include "tests/support/api_fixture.hpp"
#include "tests/support/long_poll.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at))
    text.replace(at, what.size(), with);
  return text;
}

// A server on which every list has something: a study with its trials, measurements and machine, a
// predictor, an import, a token, a worker with a task.
class Populated {
 public:
  Populated() {
    study_ = api.finished_study();
    predictor_ =
        make("/v1/predictors",
             {{"name", "p"}, {"metric", "accuracy"}, {"studies", {study_}}, {"model", "ridge"}});
    std::string rows;
    const json trials = api.call("GET", "/v1/studies/" + study_ + "/trials");
    for (const json& trial : trials["items"])
      rows += json{{"config", trial["config"]}, {"accuracy", 0.5}}.dump() + "\n";
    import_ = make("/v1/imports", {{"supernet", "fashion_vit"}, {"text", rows}});
    token_ = make("/v1/tokens", {{"name", "t"}});
    // One trial, so that nothing moves any more once it is leased.
    make("/v1/studies", {{"supernet", "fashion_vit"},
                         {"objectives", {{{"metric", "accuracy"}}, {{"metric", "macs"}}}},
                         {"metrics", {{"accuracy", {{"evaluator", "external"}}}}},
                         {"budget", {{"trials", 1}}},
                         {"algorithm", {{"name", "random"}}}});
    claim();
    document_ = api.call("GET", "/openapi.json");
  }

  const json& document() const { return document_; }

  // A path of the route that leads to something.
  std::string path_of(const std::string& pattern) {
    std::string path = pattern;
    if (path.starts_with("/v1/imports")) path = replaced(path, "{id}", import_);
    if (path.starts_with("/v1/predictors")) path = replaced(path, "{id}", predictor_);
    if (path.starts_with("/v1/tokens")) path = replaced(path, "{id}", token_);
    if (path.starts_with("/v1/measurements")) path = replaced(path, "{id}", "1");
    if (path.starts_with("/v1/fingerprints")) path = replaced(path, "{id}", api.machine);
    if (path.starts_with("/v1/tasks")) path = replaced(path, "{id}", first_task());
    if (path.starts_with("/v1/algorithms")) path = replaced(path, "{name}", "nsga2");
    if (path.starts_with("/v1/evaluators")) path = replaced(path, "{name}", "onednn");
    path = replaced(path, "{number}", "0");
    return replaced(replaced(path, "{id}", study_), "{name}", "fashion_vit");
  }

  // Patterns of the routes that openapi.json declares to be lists.
  std::vector<std::string> lists() const {
    std::vector<std::string> found;
    for (const Router::Route& route : api.router().routes()) {
      if (route.method != "GET" || !document_["paths"].contains(route.pattern)) continue;
      const json& operation = document_["paths"][route.pattern]["get"];
      if (operation.dump().find("parameters/PageToken") != std::string::npos)
        found.push_back(route.pattern);
    }
    return found;
  }

  // "pointer: detail" of each mistake.
  std::vector<std::string> mistakes(const std::string& target) {
    const json answer = api.call("GET", target);
    CHECK(api.status() == 400);
    std::vector<std::string> told;
    for (const json& error : answer.value("errors", json::array()))
      told.push_back(error["pointer"].get<std::string>() + ": " +
                     error["detail"].get<std::string>());
    return told;
  }

  mutable test::ApiFixture api;

 private:
  // As a client does that waits for something to do.
  void claim() {
    api.call("POST", "/v1/tasks:claim",
             {{"worker", "me"}, {"metrics", {"accuracy"}}, {"wait_s", 60}});
    test::wait_for(api.last());
  }
  std::string make(const std::string& path, const json& document) {
    const json made = api.call("POST", path, document);
    INFO(made.dump());
    REQUIRE(api.status() == 201);
    return made["id"];
  }
  std::string first_task() {
    const json tasks = api.call("GET", "/v1/tasks")["items"];
    REQUIRE_FALSE(tasks.empty());
    return tasks[0]["id"];
  }

  std::string study_, predictor_, import_, token_;
  json document_;
};

// "a", "b" and "c" of "... known are a, b or c".
std::vector<std::string> known_in(const std::string& detail) {
  std::vector<std::string> names;
  std::string word;
  for (const char letter :
       replaced(detail.substr(detail.rfind("known are ") + 10), " or ", ",") + ",") {
    if (letter == ' ') continue;
    if (letter != ',') {
      word += letter;
      continue;
    }
    names.push_back(word);
    word.clear();
  }
  return names;
}

// Without what goes on while it is read.
json lasting(json items) {
  for (json& item : items) {
    item.erase("progress");
    item.erase("silent_s");
  }
  return items;
}

TEST_CASE("whatever answers items is declared as a list, and every list answers items") {
  Populated server;
  const auto lists = server.lists();
  CHECK(lists.size() >= 15);
  const std::set<std::string> declared(lists.begin(), lists.end());
  for (const Router::Route& route : server.api.router().routes()) {
    if (route.method != "GET" || route.pattern.ends_with("/events")) continue;
    INFO(route.pattern);
    const json answer = server.api.call("GET", server.path_of(route.pattern));
    const bool has_items = answer.is_object() && answer.contains("items");
    CHECK(has_items == declared.contains(route.pattern));
    if (!has_items) continue;
    CHECK(server.api.status() == 200);
    CHECK(answer.contains("next_page_token"));
    if (route.pattern != "/v1/operators") CHECK_FALSE(answer["items"].empty());
  }
}

TEST_CASE("every list tells all mistakes of a query at once") {
  Populated server;
  for (const std::string& pattern : server.lists()) {
    INFO(pattern);
    const auto told = server.mistakes(
        server.path_of(pattern) +
        "?colour=red&page_size=0&filter=nonesuch=1&order_by=nonesuch&fields=nonesuch");
    REQUIRE(told.size() == 5);
    CHECK(told[0].starts_with("page_size: "));
    CHECK(told[1].starts_with("filter: there is no field \"nonesuch\""));
    CHECK(told[2].starts_with("order_by: there is no field \"nonesuch\""));
    CHECK(told[3].starts_with("fields: items have no \"nonesuch\""));
    CHECK(told[4].starts_with("colour: unknown query parameter"));
    CHECK(
        server.mistakes(server.path_of(pattern) + "?page_token=3")[0].starts_with("page_token: "));
  }
}

TEST_CASE("every list is ordered and filtered by each field that it names, page by page") {
  Populated server;
  for (const std::string& pattern : server.lists()) {
    const std::string path = server.path_of(pattern);
    for (const std::string& field : known_in(server.mistakes(path + "?order_by=nonesuch")[0])) {
      INFO(pattern << " by " << field);
      const json whole =
          server.api.call("GET", path + "?page_size=1000&order_by=" + field + "%20desc");
      if (server.api.status() == 400) {  // lists within an item have no order, but can be asked
        CHECK(server.mistakes(path + "?order_by=" + field) ==
              std::vector<std::string>{"order_by: " + field + " is a list, which has no order"});
        server.api.call("GET", path + "?filter=" + field + ":x");
        CHECK(server.api.status() == 200);
        continue;
      }
      const std::size_t size = whole["items"].size() / 3 + 1;
      json joined = json::array();
      std::string token;
      do {
        const json page =
            server.api.call("GET", path + "?page_size=" + std::to_string(size) +
                                       "&order_by=" + field + "%20desc&page_token=" + token);
        REQUIRE(server.api.status() == 200);
        for (const json& item : page["items"]) joined.push_back(item);
        token = page["next_page_token"].is_null() ? "" : page["next_page_token"].get<std::string>();
      } while (!token.empty());
      CHECK(joined.size() == whole["items"].size());
      CHECK(lasting(joined) == lasting(whole["items"]));
      const std::size_t with =
          server.api.call("GET", path + "?page_size=1000&filter=" + field + "!=null")["items"]
              .size();
      const std::size_t without =
          server.api.call("GET", path + "?page_size=1000&filter=" + field + "=null")["items"]
              .size();
      CHECK(with + without == whole["items"].size());
    }
  }
}

TEST_CASE("of every list each property that openapi.json declares can be asked for alone") {
  Populated server;
  for (const std::string& pattern : server.lists()) {
    const json& schema = server.document()["paths"][pattern]["get"]["responses"]["200"]["content"]
                                          ["application/json"]["schema"];
    const std::string ref = schema["properties"]["items"]["items"]["$ref"];
    const json& item = server.document()[json::json_pointer(ref.substr(1))];
    const std::string path = server.path_of(pattern);
    std::set<std::string> shown;
    const json whole = server.api.call("GET", path);
    for (const json& one : whole["items"])
      for (const auto& [name, value] : one.items()) shown.insert(name);
    for (const std::string& name : shown) {
      INFO(pattern << " shows " << name);
      CHECK(item["properties"].contains(name));
      const json items = server.api.call("GET", path + "?fields=" + name)["items"];
      REQUIRE(server.api.status() == 200);
      for (const json& one : items) CHECK((one.empty() || (one.size() == 1 && one.contains(name))));
    }
  }
}

TEST_CASE("every query parameter that a route declares is known to it, every other is refused") {
  Populated server;
  for (const Router::Route& route : server.api.router().routes()) {
    if (!server.document()["paths"].contains(route.pattern)) continue;  // the dashboard's files
    INFO(route.method << " " << route.pattern);
    const std::string path = server.path_of(route.pattern);
    const json refused = server.api.call(route.method, path + "?colour=red");
    CHECK(server.api.status() == 400);
    CHECK(refused.dump().find("\"pointer\":\"colour\"") != std::string::npos);
    if (route.method != "GET" || route.pattern.ends_with("/events")) continue;
    const json parameters =
        server.document()["paths"][route.pattern]["get"].value("parameters", json::array());
    for (const json& parameter : parameters) {
      if (parameter.value("in", "") != "query") continue;
      const std::string name = parameter["name"];
      INFO(name);
      const std::string answer = server.api.call("GET", path + "?" + name + "=zzz").dump();
      CHECK(answer.find("unknown query parameter") == std::string::npos);
    }
  }
}

TEST_CASE("every path answers HEAD as GET, OPTIONS with its methods, and others with 405") {
  Populated server;
  std::map<std::string, std::set<std::string>> methods;
  for (const Router::Route& route : server.api.router().routes())
    methods[route.pattern].insert(route.method);
  for (const auto& [pattern, known] : methods) {
    INFO(pattern);
    const std::string path = server.path_of(pattern);
    if (known.contains("GET")) {
      server.api.call("GET", path);
      const unsigned status = server.api.status();
      server.api.call("HEAD", path);
      CHECK(server.api.status() == status);
    }
    for (const char* method : {"OPTIONS", "PUT"}) {
      server.api.call(method, path);
      CHECK(server.api.status() == (std::string(method) == "PUT" ? 405 : 204));
      REQUIRE(server.api.last().headers.size() == 1);
      const auto& [name, allowed] = server.api.last().headers[0];
      CHECK(name == "Allow");
      for (const std::string& one : known) CHECK(allowed.find(one) != std::string::npos);
      CHECK((allowed.find("HEAD") != std::string::npos) == known.contains("GET"));
    }
  }
}

TEST_CASE("every route minds Accept, If-None-Match and Content-Type") {
  Populated server;
  const test::TemporaryFolder folder;
  const auto database = open_database(folder.path());
  TokenStore tokens(database);
  AnswerStore answers(database);
  RequestCounts counts;
  Gateway gateway(server.api.router(), tokens, answers, counts, {.now = [] { return 0.0; }});
  const auto call = [&](const std::string& method, const std::string& path, const char* header,
                        const std::string& value, const std::string& body = "") {
    return gateway.answer({.method = method,
                           .path = path,
                           .headers = {{"host", "localhost"}, {header, value}},
                           .body = body});
  };
  for (const Router::Route& route : server.api.router().routes()) {
    if (route.pattern.ends_with("/events")) continue;
    INFO(route.method << " " << route.pattern);
    const std::string path = server.path_of(route.pattern);
    CHECK(call(route.method, path, "accept", "image/png").status == 406);
    if (route.method != "GET") {
      CHECK(call(route.method, path, "content-type", "image/png", "x").status == 415);
      continue;
    }
    const Response first = call("GET", path, "accept", "*/*");
    CHECK(first.status == 200);
    // These change while they are read; an archive says when it was written.
    if (route.pattern == "/metrics" || route.pattern == "/v1/workers" ||
        route.pattern.ends_with("/archive"))
      continue;
    std::string tag;
    for (const auto& [name, value] : first.headers) tag = name == "ETag" ? value : tag;
    CHECK(call("GET", path, "if-none-match", tag).status == 304);
  }
}

}  // namespace
}  // namespace quarry::server
