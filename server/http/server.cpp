// Listener and session coroutines. A slow or silent peer costs a timer, never a thread; a peer that
// reads events too slowly is dropped and catches up by Last-Event-ID. Tested end to end by
// tests/server/http_server_test.cpp.
#include "server/http/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cctype>
#include <chrono>
#include <stdexcept>

namespace quarry::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::use_awaitable;
using asio::ip::tcp;

constexpr std::uint64_t kMaxBody = 8 * 1024 * 1024;
constexpr std::uint32_t kMaxHeader = 16 * 1024;
constexpr std::chrono::seconds kReadTimeout{60};   // also how long an idle connection is kept
constexpr std::chrono::seconds kWriteTimeout{30};  // a reader slower than this is dropped
constexpr std::chrono::seconds kHeartbeat{15};
constexpr std::size_t kEventsPerWrite = 256;

Request to_request(const http::request<http::string_body>& message) {
  Request request{.method = std::string(message.method_string())};
  for (const auto& field : message) {
    std::string name(field.name_string());
    for (char& letter : name)
      letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    request.headers[name] = std::string(field.value());
  }
  request.body = message.body();
  return request;
}

http::response<http::string_body> to_message(Response response,
                                             const http::request<http::string_body>& asked) {
  http::response<http::string_body> message(static_cast<http::status>(response.status),
                                            asked.version());
  message.set(http::field::content_type, response.content_type);
  message.set("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : response.headers) message.set(name, value);
  message.keep_alive(asked.keep_alive());
  const std::size_t length = response.body.size();
  if (asked.method() != http::verb::head) message.body() = std::move(response.body);
  message.prepare_payload();
  message.content_length(length);
  return message;
}

std::string to_text(const std::vector<ServerSentEvent>& events) {
  std::string text;
  for (const ServerSentEvent& event : events)
    text += "id: " + std::to_string(event.id) + "\nevent: " + event.type + "\ndata: " + event.data +
            "\n\n";
  return text;
}

// Wakes a waiting coroutine from any thread; remembers a wake that comes while it is not waiting.
class Wakeup : public std::enable_shared_from_this<Wakeup> {
 public:
  explicit Wakeup(const asio::any_io_executor& executor) : executor_(executor), timer_(executor) {}

  void wake() {
    asio::post(executor_, [self = shared_from_this()] {
      self->woken_ = true;
      self->timer_.cancel();
    });
  }

  asio::awaitable<void> wait(std::chrono::steady_clock::duration at_most) {
    if (!woken_) {
      timer_.expires_after(at_most);
      boost::system::error_code ignored;
      co_await timer_.async_wait(asio::redirect_error(use_awaitable, ignored));
    }
    woken_ = false;
  }

 private:
  asio::any_io_executor executor_;
  asio::steady_timer timer_;
  bool woken_ = false;
};

asio::awaitable<void> send(beast::tcp_stream& stream, const std::string& text) {
  stream.expires_after(kWriteTimeout);
  const asio::const_buffer buffer = asio::buffer(text);
  co_await asio::async_write(stream, buffer, use_awaitable);
}

asio::awaitable<void> serve_events(beast::tcp_stream& stream, EventSource source) {
  const auto wakeup = std::make_shared<Wakeup>(stream.get_executor());
  const std::shared_ptr<void> subscription = source.subscribe([wakeup] { wakeup->wake(); });
  const std::string head =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: "
      "no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n";
  co_await send(stream, head);
  while (true) {
    // Asked before reading: what is stored after this cannot be missed.
    const bool ended = source.ended();
    const std::vector<ServerSentEvent> events = source.read(source.after, kEventsPerWrite);
    if (!events.empty()) {
      const std::string text = to_text(events);
      co_await send(stream, text);
      source.after = events.back().id;
      continue;
    }
    if (ended) co_return;
    co_await wakeup->wait(kHeartbeat);
    const std::string heartbeat = ":\n\n";
    co_await send(stream, heartbeat);
  }
}

asio::awaitable<Response> wait_for(asio::any_io_executor executor, LongPoll poll) {
  using Clock = std::chrono::steady_clock;
  const auto wakeup = std::make_shared<Wakeup>(executor);
  const std::shared_ptr<void> subscription = poll.subscribe([wakeup] { wakeup->wake(); });
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                      std::chrono::duration<double>(poll.seconds));
  while (true) {
    if (std::optional<Response> response = poll.attempt()) co_return std::move(*response);
    const auto left = end - Clock::now();
    if (left <= Clock::duration::zero()) co_return poll.give_up();
    co_await wakeup->wait(left);
  }
}

asio::awaitable<void> serve_connection(beast::tcp_stream stream, const Router& router) {
  beast::flat_buffer buffer;
  try {
    while (true) {
      http::request_parser<http::string_body> parser;
      parser.body_limit(kMaxBody);
      parser.header_limit(kMaxHeader);
      stream.expires_after(kReadTimeout);
      beast::error_code error;
      co_await http::async_read(stream, buffer, parser, asio::redirect_error(use_awaitable, error));
      if (error == http::error::end_of_stream || error == beast::error::timeout) break;
      if (error) {
        http::request<http::string_body> nothing;
        nothing.version(11);
        nothing.keep_alive(false);
        const bool too_large = error == http::error::body_limit;
        const std::string why =
            too_large ? "the body is larger than 8 MiB"
                      : "not an HTTP request that this server understands: " + error.message();
        http::response<http::string_body> refusal =
            to_message(problem(too_large ? 413 : 400, why), nothing);
        stream.expires_after(kWriteTimeout);
        co_await http::async_write(stream, refusal, use_awaitable);
        break;
      }
      const http::request<http::string_body> message = parser.release();
      Request request = to_request(message);
      const beast::string_view target = message.target();
      Response response =
          parse_target({target.data(), target.size()}, request)
              ? router.route(std::move(request))
              : problem(400, "the request's target is not a path with sound escapes");
      if (response.later)
        response = co_await wait_for(stream.get_executor(), std::move(*response.later));
      if (response.events && message.method() != http::verb::head) {
        co_await serve_events(stream, std::move(*response.events));
        break;
      }
      http::response<http::string_body> answer = to_message(std::move(response), message);
      stream.expires_after(kWriteTimeout);
      co_await http::async_write(stream, answer, use_awaitable);
      if (!answer.keep_alive()) break;
    }
    beast::error_code ignored;
    stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
  } catch (const std::exception&) {
    // The peer went away or was too slow; there is nobody left to tell.
  }
}

asio::awaitable<void> accept_connections(tcp::acceptor& acceptor, const Router& router) {
  while (true) {
    beast::error_code error;
    tcp::socket socket = co_await acceptor.async_accept(asio::redirect_error(use_awaitable, error));
    if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor) co_return;
    if (error) {
      // Out of descriptors, most likely: let some connections end before trying again.
      asio::steady_timer pause(acceptor.get_executor(), std::chrono::milliseconds(50));
      co_await pause.async_wait(use_awaitable);
      continue;
    }
    socket.set_option(tcp::no_delay(true), error);
    asio::co_spawn(acceptor.get_executor(),
                   serve_connection(beast::tcp_stream(std::move(socket)), router), asio::detached);
  }
}

tcp::endpoint parse_endpoint(const std::string& address, std::uint16_t port) {
  boost::system::error_code error;
  const asio::ip::address parsed = asio::ip::make_address(address, error);
  if (error)
    throw std::runtime_error("cannot listen on \"" + address +
                             "\": it must be an IP address such as 127.0.0.1");
  return {parsed, port};
}

}  // namespace

struct HttpServer::State {
  State(const tcp::endpoint& endpoint, const Router& routes) : acceptor(context), router(routes) {
    acceptor.open(endpoint.protocol());
    acceptor.set_option(asio::socket_base::reuse_address(true));
    acceptor.bind(endpoint);
    acceptor.listen();
  }

  asio::io_context context{1};
  tcp::acceptor acceptor;
  const Router& router;
};

HttpServer::HttpServer(const std::string& address, std::uint16_t port, const Router& router) {
  try {
    state_ = std::make_unique<State>(parse_endpoint(address, port), router);
  } catch (const boost::system::system_error& error) {
    const std::string why =
        "cannot listen on " + address + ":" + std::to_string(port) + ": " + error.code().message();
    if (error.code() == asio::error::address_in_use) {
      throw AddressTaken(why + "; choose another port with --listen");
    }
    throw std::runtime_error(why);
  }
}

HttpServer::~HttpServer() = default;

std::uint16_t HttpServer::port() const { return state_->acceptor.local_endpoint().port(); }

void HttpServer::run(bool until_signal) {
  asio::co_spawn(state_->context, accept_connections(state_->acceptor, state_->router),
                 asio::detached);
  asio::signal_set signals(state_->context);
  if (until_signal) {
    signals.add(SIGINT);
    signals.add(SIGTERM);
    signals.async_wait([this](const boost::system::error_code& error, int) {
      if (!error) state_->context.stop();
    });
  }
  state_->context.run();
}

void HttpServer::stop() { state_->context.stop(); }

}  // namespace quarry::server
