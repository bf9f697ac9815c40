// The server on loopback against its own client and against raw sockets that misbehave.
#include "server/http/server.hpp"

#include <catch2/catch.hpp>
#include <latch>
#include <mutex>
#include <thread>

#include "server/events/event_hub.hpp"
#include "server/http/client.hpp"
#include "server/http/router.hpp"
#include "tests/support/certificate.hpp"
#include "tests/support/raw_http.hpp"
#include "tests/support/server.hpp"

namespace quarry::server {
namespace {

// A server with a few routes and one stream of numbers that grows when told to.
class HttpFixture {
 public:
  explicit HttpFixture(const ListenOptions& options = {}) {
    router_.add("GET", "/hello",
                [](const Request&) { return Response{.body = "{\"hello\":true}"}; });
    router_.add("POST", "/echo", [](const Request& request) {
      return Response{.status = 201, .body = request.body};
    });
    router_.add("POST", "/slow",
                [this](const Request&) {
                  released_.wait();
                  return Response{.body = "late"};
                },
                {.is_slow = true});
    router_.add("POST", "/release", [this](const Request&) {
      released_.count_down();
      return Response{};
    });
    router_.add("GET", "/numbers", [this](const Request& request) {
      EventSource source;
      const auto last = request.headers.find("last-event-id");
      source.after = last == request.headers.end() ? 0 : std::stoll(last->second);
      source.read = [this](std::int64_t after, std::size_t limit) {
        const std::scoped_lock lock(mutex_);
        std::vector<ServerSentEvent> events;
        for (std::int64_t n = after + 1; n <= count_ && events.size() < limit; ++n)
          events.push_back({n, "number", std::to_string(n * n)});
        return events;
      };
      source.subscribe = [this](std::function<void()> wake) {
        return std::shared_ptr<void>(hub_.subscribe("numbers", std::move(wake)));
      };
      // Goes with the stream.
      const std::shared_ptr<void> stream(nullptr, [this](void*) {
        std::call_once(first_dropped_, [&] { dropped_.count_down(); });
      });
      source.ended = [this, stream] {
        const std::scoped_lock lock(mutex_);
        return ended_;
      };
      return Response{.events = std::move(source)};
    });
    router_.add("GET", "/later", [this](const Request& request) {
      const auto attempt = [this]() -> std::optional<Response> {
        std::call_once(first_attempt_, [&] { attempted_.count_down(); });
        const std::scoped_lock lock(mutex_);
        if (count_ == 0) return std::nullopt;
        ++taken_;
        return Response{.body = std::to_string(count_)};
      };
      const auto subscribe = [this](std::function<void()> wake) {
        return std::shared_ptr<void>(hub_.subscribe("numbers", std::move(wake)));
      };
      return Response{.later = LongPoll{.attempt = attempt,
                                        .subscribe = subscribe,
                                        .seconds = std::stod(request.query.at("seconds")),
                                        .give_up = [] { return Response{.status = 204}; }}};
    });
    server_ = std::make_unique<HttpServer>(
        options, Answerer{[this](Request request) { return router_.route(std::move(request)); },
                          [this](const Request& request) {
                            return router_.limits(request.method, request.path);
                          }});
    thread_ = std::jthread([this] { server_->run(false); });
  }

  ~HttpFixture() {
    server_->stop();
    thread_.join();
  }

  void grow(std::int64_t count, bool ended) {
    {
      const std::scoped_lock lock(mutex_);
      count_ = count;
      ended_ = ended;
    }
    hub_.publish("numbers");
  }

  HttpClient client() const {
    return HttpClient("http://127.0.0.1:" + std::to_string(server_->port()));
  }

  // Until a stream of numbers has come to its end or was given up.
  void wait_for_dropped_reader() { dropped_.wait(); }

  // Until the first attempt at /later was made.
  void wait_for_attempt() { attempted_.wait(); }

  // Answers of /later that were made.
  std::int64_t taken() {
    const std::scoped_lock lock(mutex_);
    return taken_;
  }

  std::uint16_t port() const { return server_->port(); }

  // Sends raw bytes and gives everything that comes back until the server closes.
  std::string raw(const std::string& bytes) const {
    const test::RawConnection connection(port());
    CHECK(connection.send(bytes));
    connection.end_sending();
    return connection.receive();
  }

 private:
  std::once_flag first_attempt_;
  std::latch attempted_{1};
  std::once_flag first_dropped_;
  std::latch dropped_{1};
  std::mutex mutex_;
  std::int64_t count_ = 0;
  std::int64_t taken_ = 0;
  bool ended_ = false;
  std::latch released_{1};
  EventHub hub_;
  Router router_;
  std::unique_ptr<HttpServer> server_;
  std::jthread thread_;
};

TEST_CASE("an answer that is not there yet is waited for, and no thread waits with it") {
  HttpFixture fixture;
  Response answer;
  std::jthread asking([&] { answer = fixture.client().request("GET", "/later?seconds=60"); });
  fixture.wait_for_attempt();
  CHECK(fixture.client().request("GET", "/hello").status == 200);
  fixture.grow(7, false);
  asking.join();
  CHECK(answer.body == "7");
}

TEST_CASE("nothing is taken for one who asked and has gone") {
  HttpFixture fixture;
  {
    const test::RawConnection gone(fixture.port());
    CHECK(gone.send("GET /later?seconds=60 HTTP/1.1\r\nHost: a\r\n\r\n"));
    fixture.wait_for_attempt();
  }
  fixture.grow(7, false);
  CHECK(fixture.client().request("GET", "/later?seconds=60").body == "7");
  CHECK(fixture.taken() == 1);
}

TEST_CASE("an answer that does not come in time is given up") {
  HttpFixture fixture;
  CHECK(fixture.client().request("GET", "/later?seconds=0.01").status == 204);
}

TEST_CASE("requests are answered with their status, type and body") {
  const HttpFixture fixture;
  const Response hello = fixture.client().request("GET", "/hello");
  CHECK(hello.status == 200);
  CHECK(hello.content_type == "application/json");
  CHECK(hello.body == "{\"hello\":true}");
  const std::string large(1 << 20, 'x');
  CHECK(fixture.client().request("POST", "/echo", large).body == large);
  CHECK(fixture.client().request("GET", "/nothing").status == 404);
}

TEST_CASE("one connection carries many requests, and HEAD has a length but no body") {
  const HttpFixture fixture;
  const std::string answer = fixture.raw(
      "GET /hello HTTP/1.1\r\nHost: a\r\n\r\nHEAD /hello HTTP/1.1\r\nHost: a\r\n\r\nGET /hello "
      "HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  std::size_t bodies = 0;
  for (std::size_t at = answer.find("{\"hello\""); at != std::string::npos;
       at = answer.find("{\"hello\"", at + 1))
    ++bodies;
  CHECK(bodies == 2);
}

TEST_CASE("what is not HTTP, too large or badly escaped gets a clear refusal") {
  const HttpFixture fixture;
  CHECK(fixture.raw("nonsense\r\n\r\n").starts_with("HTTP/1.1 400"));
  CHECK(fixture.raw("GET /%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            .starts_with("HTTP/1.1 400"));
  CHECK(fixture.raw("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n")
            .starts_with("HTTP/1.1 413"));
  CHECK(fixture.client().request("GET", "/hello").status == 200);
}

TEST_CASE("a head of more than 16 KiB is refused, one just below it is not") {
  const HttpFixture fixture;
  const auto with_header = [&](std::size_t size) {
    return fixture.raw("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: " +
                       std::string(size, 'x') + "\r\n\r\n");
  };
  CHECK(with_header(16000).starts_with("HTTP/1.1 200"));
  CHECK(with_header(16384).starts_with("HTTP/1.1 400"));
  const std::string many = [] {
    std::string lines;
    for (int i = 0; i < 5000; ++i) lines += "A: b\r\n";
    return lines;
  }();
  CHECK(fixture.raw("GET /hello HTTP/1.1\r\n" + many + "\r\n").starts_with("HTTP/1.1 400"));
}

TEST_CASE("a body that says nothing of its size is cut off at the route's limit") {
  const HttpFixture fixture;
  const std::string chunk = "100000\r\n" + std::string(0x100000, 'x') + "\r\n";
  const test::RawConnection connection(fixture.port());
  connection.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 9 && connection.send(chunk); ++i) {
  }
  CHECK(connection.receive().starts_with("HTTP/1.1 413"));
}

TEST_CASE("whoever sends a head or a body too slowly is hung up on, and the others are served") {
  const HttpFixture fixture({.read_timeout = std::chrono::milliseconds(500)});
  for (const char* begun : {"", "GET /hel", "GET /hello HTTP/1.1\r\nHost:",
                            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf"}) {
    INFO(begun);
    const test::RawConnection slow(fixture.port());
    CHECK(slow.send(begun));
    CHECK(slow.receive() == "");
  }
  CHECK(fixture.client().request("GET", "/hello").status == 200);
}

TEST_CASE("whoever reads events too slowly is hung up on, and can read on where it was") {
  HttpFixture fixture({.write_timeout = std::chrono::milliseconds(500)});
  fixture.grow(1000000, true);  // more than sockets hold
  const test::RawConnection slow(fixture.port());
  CHECK(slow.send("GET /numbers HTTP/1.1\r\nHost: a\r\n\r\n"));
  fixture.wait_for_dropped_reader();
  const std::string read = slow.receive();
  CHECK(read.starts_with("HTTP/1.1 200"));
  CHECK(read.find("id: 1000000\n") == std::string::npos);
  std::int64_t next = 0;
  fixture.client().stream(
      "/numbers", 999998,
      [&](const ServerSentEvent& event) {
        next = event.id;
        return false;
      },
      [](const Response&) { FAIL("refused"); });
  CHECK(next == 999999);
}

TEST_CASE("nobody waits for a slow route but who asked it") {
  HttpFixture fixture;
  std::string late;
  std::jthread asker([&] { late = fixture.client().request("POST", "/slow").body; });
  // What /slow waits for would never come if it kept the server busy.
  CHECK(fixture.client().request("POST", "/release").status == 200);
  asker.join();
  CHECK(late == "late");
}

TEST_CASE("a stream replays, goes live, and ends when there is no more") {
  HttpFixture fixture;
  fixture.grow(2, false);
  std::string seen;
  fixture.client().stream(
      "/numbers", 0,
      [&](const ServerSentEvent& event) {
        seen += std::to_string(event.id) + ":" + event.data + " ";
        if (event.id == 2) fixture.grow(600, false);  // more than one write's worth
        if (event.id == 600) fixture.grow(601, true);
        return true;
      },
      [](const Response&) { FAIL("refused"); });
  CHECK(seen.starts_with("1:1 2:4 3:9 "));
  CHECK(seen.ends_with("600:360000 601:361201 "));
}

TEST_CASE("a stream goes on after the last event that was seen") {
  HttpFixture fixture;
  fixture.grow(5, true);
  std::string seen;
  fixture.client().stream(
      "/numbers", 3,
      [&](const ServerSentEvent& event) {
        seen += std::to_string(event.id) + " ";
        return true;
      },
      [](const Response&) { FAIL("refused"); });
  CHECK(seen == "4 5 ");
}

TEST_CASE("a stream that does not exist is refused, not waited for") {
  const HttpFixture fixture;
  unsigned status = 0;
  fixture.client().stream(
      "/nothing", 0, [](const ServerSentEvent&) { return true; },
      [&](const Response& response) { status = response.status; });
  CHECK(status == 404);
}

TEST_CASE("more connections than there are places are told so, and none of the others suffers") {
  const HttpFixture fixture({.max_connections = 0});
  const Response refused = fixture.client().request("GET", "/hello");
  CHECK(refused.status == 503);
  CHECK(refused.body.find("too many connections") != std::string::npos);
}

TEST_CASE("with a certificate the server speaks TLS, to clients that trust its authority") {
  const test::TemporaryFolder folder;
  const test::Certificate certificate = test::make_certificate(folder.path(), "127.0.0.1");
  HttpFixture fixture({.certificate_file = certificate.certificate, .key_file = certificate.key});
  const std::string url = "https" + fixture.client().url().substr(4);
  const HttpClient trusting(url, "", certificate.certificate);
  CHECK(trusting.request("GET", "/hello").body == "{\"hello\":true}");
  fixture.grow(3, true);
  std::string seen;
  trusting.stream(
      "/numbers", 0,
      [&](const ServerSentEvent& event) {
        seen += event.data + " ";
        return true;
      },
      [](const Response&) { FAIL("refused"); });
  CHECK(seen == "1 4 9 ");
  CHECK_THROWS_WITH(HttpClient(url).request("GET", "/hello"), Catch::Contains("no Quarry server"));
  // Plain HTTP to a TLS server ends the connection, not the server.
  CHECK(fixture.raw("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n").empty());
  CHECK(trusting.request("GET", "/hello").status == 200);
}

TEST_CASE("an address that cannot be had or reached is explained") {
  const HttpFixture fixture;
  const Answerer nobody;
  CHECK_THROWS_WITH(HttpServer({.address = "not an address"}, nobody),
                    Catch::Contains("must be an IP address"));
  const auto taken = static_cast<std::uint16_t>(std::stoi(fixture.client().url().substr(17)));
  CHECK_THROWS_WITH(HttpServer({.port = taken}, nobody), Catch::Contains("choose another port"));
  CHECK_THROWS_WITH(HttpServer({.certificate_file = "/nowhere", .key_file = "/nowhere"}, nobody),
                    Catch::Contains("cannot read the certificate \"/nowhere\""));
  CHECK_THROWS_WITH(HttpClient("http://127.0.0.1:1").request("GET", "/"),
                    Catch::Contains("start one with 'quarry serve'"));
  CHECK_THROWS_WITH(HttpClient("127.0.0.1:1"), Catch::Contains("is not an address such as"));
}

}  // namespace
}  // namespace quarry::server
