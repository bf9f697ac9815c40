// Listener and session coroutines. A slow or silent peer costs a timer, never a thread; a peer that
// reads events too slowly is dropped and catches up by Last-Event-ID. Tested end to end by
// tests/server/http_server_test.cpp.
#include "server/http/server.hpp"

#include <sys/socket.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <optional>
#include <stdexcept>

#include "server/http/wire.hpp"

namespace quarry::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::use_awaitable;
using asio::ip::tcp;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

constexpr std::uint32_t kMaxHeader = 16 * 1024;
constexpr std::chrono::seconds kHeartbeat{15};
constexpr std::size_t kEventsPerWrite = 256;
constexpr std::size_t kSlowRoutes = 4;  // answered at a time; more of them wait
// Waiting for the disk at a time. They share its writes, so it is better if there are many.
constexpr std::size_t kStoringRoutes = 16;

// Without target and body.
Request head_of(const http::request<http::string_body>& message) {
  const beast::string_view method = message.method_string();
  Request request{.method = std::string(method)};
  for (const auto& field : message) {
    std::string name(field.name_string());
    for (char& letter : name)
      letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    request.headers[name] = std::string(field.value());
  }
  return request;
}

std::string to_text(const std::vector<ServerSentEvent>& events) {
  std::string text;
  for (const ServerSentEvent& event : events)
    text += "id: " + std::to_string(event.id) + "\nevent: " + event.type + "\ndata: " + event.data +
            "\n\n";
  return text;
}

struct Service {
  Answerer answerer;
  std::optional<asio::ssl::context> tls;
  std::size_t max_connections = 0;
  std::chrono::milliseconds read_timeout{};
  std::chrono::milliseconds write_timeout{};
  std::size_t connections = 0;
  asio::thread_pool* slow_routes = nullptr;
  asio::thread_pool* storing_routes = nullptr;

  // Where a route is answered; null: on the server's thread.
  asio::thread_pool* pool_of(const RouteLimits& limits) const {
    if (limits.waits_for_disk) return storing_routes;
    return limits.is_slow ? slow_routes : nullptr;
  }
};

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

template <typename Stream>
asio::awaitable<void> send(Stream& stream, const std::string& text, const Service& service) {
  beast::get_lowest_layer(stream).expires_after(service.write_timeout);
  const asio::const_buffer buffer = asio::buffer(text);
  co_await asio::async_write(stream, buffer, use_awaitable);
}

// Head and small body leave in one piece, so that neither waits for the other; a large body is not
// copied.
template <typename Stream>
asio::awaitable<void> send_answer(Stream& stream, const Response& response,
                                  const Exchange& exchange, const Service& service) {
  constexpr std::size_t kCopied = 16 * 1024;
  std::string text = head_text(response, exchange);
  const bool follows = has_body(response, exchange);
  if (follows && response.body.size() <= kCopied) text += response.body;
  if (!follows || response.body.size() <= kCopied) {
    co_await send(stream, text, service);
    co_return;
  }
  beast::get_lowest_layer(stream).expires_after(service.write_timeout);
  const std::array<asio::const_buffer, 2> buffers = {asio::buffer(text),
                                                     asio::buffer(response.body)};
  co_await asio::async_write(stream, buffers, use_awaitable);
}

template <typename Stream>
asio::awaitable<void> serve_events(Stream& stream, EventSource source, const Service& service) {
  const auto wakeup = std::make_shared<Wakeup>(stream.get_executor());
  const std::shared_ptr<void> subscription = source.subscribe([wakeup] { wakeup->wake(); });
  const std::string head =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: "
      "no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n";
  co_await send(stream, head, service);
  while (true) {
    // Asked before reading: what is stored after this cannot be missed.
    const bool ended = source.ended();
    const std::vector<ServerSentEvent> events = source.read(source.after, kEventsPerWrite);
    if (!events.empty()) {
      const std::string text = to_text(events);
      co_await send(stream, text, service);
      source.after = events.back().id;
      continue;
    }
    if (ended) co_return;
    co_await wakeup->wait(kHeartbeat);
    const std::string heartbeat = ":\n\n";
    co_await send(stream, heartbeat, service);
  }
}

template <typename Stream>
asio::awaitable<void> refuse(Stream& stream, unsigned status, const std::string& why,
                             const Service& service) {
  Response refusal = problem(status, why);
  if (status == 503) refusal.headers.emplace_back("Retry-After", "1");
  const Exchange last{.keeps_alive = false};
  co_await send_answer(stream, refusal, last, service);
}

using RequestParser = http::request_parser<http::string_body>;

// What has been read of a request.
struct Reading {
  RequestParser parser;
  Request request;        // without its body
  bool is_sound = false;  // its target can be understood
  RouteLimits limits;     // known once the header is there
};

// The whole of a request, and its route's limits.
template <typename Stream>
asio::awaitable<beast::error_code> read_request(Stream& stream, beast::flat_buffer& buffer,
                                                const Service& service, Reading& reading) {
  RequestParser& parser = reading.parser;
  parser.body_limit(boost::none);
  parser.header_limit(kMaxHeader);
  beast::error_code error;
  beast::get_lowest_layer(stream).expires_after(service.read_timeout);
  co_await http::async_read_header(stream, buffer, parser,
                                   asio::redirect_error(use_awaitable, error));
  if (error) co_return error;
  reading.request = head_of(parser.get());
  const beast::string_view target = parser.get().target();
  reading.is_sound = parse_target({target.data(), target.size()}, reading.request);
  if (reading.is_sound) reading.limits = service.answerer.limits(reading.request);
  if (parser.is_done()) co_return error;
  if (parser.content_length() && *parser.content_length() > reading.limits.max_body_bytes)
    co_return http::error::body_limit;
  parser.body_limit(reading.limits.max_body_bytes);
  beast::get_lowest_layer(stream).expires_after(service.read_timeout);
  co_await http::async_read(stream, buffer, parser, asio::redirect_error(use_awaitable, error));
  co_return error;
}

template <typename Work>
asio::awaitable<std::invoke_result_t<Work>> call(Work work) {
  co_return work();
}

// Calls work on a thread of the pool and comes back; without a pool, at once.
template <typename Work>
asio::awaitable<std::invoke_result_t<Work>> run_on(asio::thread_pool* pool, Work work) {
  if (pool == nullptr) co_return work();
  asio::awaitable<std::invoke_result_t<Work>> elsewhere = call(std::move(work));
  co_return co_await asio::co_spawn(*pool, std::move(elsewhere), use_awaitable);
}

std::string refusal_of(const beast::error_code& error, const RouteLimits& limits) {
  if (error == http::error::body_limit)
    return "the body is larger than " + std::to_string(limits.max_body_bytes >> 20) + " MiB";
  return "not an HTTP request that this server understands: " + error.message();
}

// Whether the peer will send no more: it has closed, or died.
template <typename Stream>
bool has_gone(Stream& stream) {
  char byte = 0;
  const auto socket = beast::get_lowest_layer(stream).socket().native_handle();
  const ssize_t got = ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got == 0 || (got < 0 && errno != EAGAIN);
}

// Attempts are made where the route was answered, and none for a peer that has gone: what an
// attempt takes (a task) would be kept from others. Nothing then.
template <typename Stream>
asio::awaitable<std::optional<Response>> wait_for(Stream& stream, asio::thread_pool* pool,
                                                  LongPoll poll) {
  using Clock = std::chrono::steady_clock;
  const auto wakeup = std::make_shared<Wakeup>(stream.get_executor());
  const std::shared_ptr<void> subscription = poll.subscribe([wakeup] { wakeup->wake(); });
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                      std::chrono::duration<double>(poll.seconds));
  while (true) {
    const auto attempt = [&poll] { return poll.attempt(); };
    std::optional<Response> response = co_await run_on(pool, attempt);
    if (response) co_return response;
    const auto left = end - Clock::now();
    if (left <= Clock::duration::zero()) co_return poll.give_up();
    co_await wakeup->wait(left);
    if (has_gone(stream)) co_return std::nullopt;
  }
}

template <typename Stream>
asio::awaitable<void> serve_requests(Stream& stream, const std::string& peer,
                                     const Service& service) {
  beast::flat_buffer buffer;
  while (true) {
    Reading reading;
    const beast::error_code error = co_await read_request(stream, buffer, service, reading);
    if (error == http::error::end_of_stream || error == beast::error::timeout ||
        error == asio::ssl::error::stream_truncated)
      co_return;
    if (error) {
      const unsigned status = error == http::error::body_limit ? 413 : 400;
      co_await refuse(stream, status, refusal_of(error, reading.limits), service);
      co_return;
    }
    http::request<http::string_body> message = reading.parser.release();
    Request request = std::move(reading.request);
    request.body = std::move(message.body());
    request.peer = peer;
    asio::thread_pool* const pool = service.pool_of(reading.limits);
    Response response;
    if (reading.is_sound) {
      const auto answer = [&service, &request] {
        return service.answerer.answer(std::move(request));
      };
      response = co_await run_on(pool, answer);
    } else {
      response = problem(400, "the request's target is not a path with sound escapes");
    }
    if (response.later) {
      std::optional<Response> answer = co_await wait_for(stream, pool, std::move(*response.later));
      if (!answer) co_return;
      response = std::move(*answer);
    }
    if (response.events && message.method() != http::verb::head) {
      co_await serve_events(stream, std::move(*response.events), service);
      co_return;
    }
    const Exchange exchange{.is_head = message.method() == http::verb::head,
                            .is_old = message.version() < 11,
                            .keeps_alive = message.keep_alive()};
    co_await send_answer(stream, response, exchange, service);
    if (!exchange.keeps_alive) co_return;
  }
}

// Counts the connections that are open.
class Place {
 public:
  explicit Place(std::size_t& taken) : taken_(taken) { ++taken_; }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() { --taken_; }

 private:
  std::size_t& taken_;
};

asio::awaitable<void> serve_plain(beast::tcp_stream stream, const std::string& peer,
                                  const Service& service) {
  if (service.connections > service.max_connections) {
    co_await refuse(stream, 503, "too many connections are open: try again in a second", service);
  } else {
    co_await serve_requests(stream, peer, service);
  }
  beast::error_code ignored;
  stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
}

asio::awaitable<void> serve_tls(beast::tcp_stream plain, const std::string& peer,
                                Service& service) {
  TlsStream stream(std::move(plain), *service.tls);
  beast::get_lowest_layer(stream).expires_after(service.read_timeout);
  co_await stream.async_handshake(asio::ssl::stream_base::server, use_awaitable);
  if (service.connections > service.max_connections) {
    co_await refuse(stream, 503, "too many connections are open: try again in a second", service);
  } else {
    co_await serve_requests(stream, peer, service);
  }
  beast::get_lowest_layer(stream).expires_after(service.write_timeout);
  co_await stream.async_shutdown(use_awaitable);
}

asio::awaitable<void> serve_connection(tcp::socket socket, Service& service) {
  const Place place(service.connections);
  try {
    socket.set_option(tcp::no_delay(true));
    const std::string peer = socket.remote_endpoint().address().to_string();
    beast::tcp_stream stream(std::move(socket));
    if (service.tls) {
      co_await serve_tls(std::move(stream), peer, service);
    } else {
      co_await serve_plain(std::move(stream), peer, service);
    }
  } catch (const std::exception&) {
    // The peer went away, was too slow or spoke no TLS; there is nobody left to tell.
  }
}

asio::awaitable<void> accept_connections(tcp::acceptor& acceptor, Service& service) {
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
    asio::co_spawn(acceptor.get_executor(), serve_connection(std::move(socket), service),
                   asio::detached);
  }
}

// Nothing when no certificate is given.
std::optional<asio::ssl::context> load_tls(const ListenOptions& options) {
  if (options.certificate_file.empty() && options.key_file.empty()) return std::nullopt;
  asio::ssl::context tls(asio::ssl::context::tls_server);
  tls.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                  asio::ssl::context::no_tlsv1_1);
  boost::system::error_code error;
  tls.use_certificate_chain_file(options.certificate_file, error);
  if (error)
    throw std::runtime_error("cannot read the certificate \"" + options.certificate_file +
                             "\": " + error.message() + "; --tls-cert takes a PEM file");
  tls.use_private_key_file(options.key_file, asio::ssl::context::pem, error);
  if (error)
    throw std::runtime_error("cannot use the key \"" + options.key_file + "\": " + error.message() +
                             "; --tls-key takes the PEM file of the certificate's own key");
  return tls;
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
  State(const tcp::endpoint& endpoint, Service&& what)
      : service(std::move(what)), acceptor(context) {
    acceptor.open(endpoint.protocol());
    acceptor.set_option(asio::socket_base::reuse_address(true));
    acceptor.bind(endpoint);
    acceptor.listen();
    service.slow_routes = &slow_routes;
    service.storing_routes = &storing_routes;
  }

  // Outlives the context: sessions that are cut off by its end still leave their place.
  Service service;
  asio::io_context context{1};
  tcp::acceptor acceptor;
  // Joined first, so what their work uses is there.
  asio::thread_pool slow_routes{kSlowRoutes};
  asio::thread_pool storing_routes{kStoringRoutes};
};

HttpServer::HttpServer(const ListenOptions& options, Answerer answerer) {
  const tcp::endpoint endpoint = parse_endpoint(options.address, options.port);
  Service service{.answerer = std::move(answerer),
                  .tls = load_tls(options),
                  .max_connections = options.max_connections,
                  .read_timeout = options.read_timeout,
                  .write_timeout = options.write_timeout};
  try {
    state_ = std::make_unique<State>(endpoint, std::move(service));
  } catch (const boost::system::system_error& error) {
    const std::string why = "cannot listen on " + options.address + ":" +
                            std::to_string(options.port) + ": " + error.code().message();
    if (error.code() == asio::error::address_in_use) {
      throw AddressTaken(why + "; choose another port with --listen");
    }
    throw std::runtime_error(why);
  }
}

HttpServer::~HttpServer() = default;

std::uint16_t HttpServer::port() const { return state_->acceptor.local_endpoint().port(); }

void HttpServer::run(bool until_signal) {
  asio::co_spawn(state_->context, accept_connections(state_->acceptor, state_->service),
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
  // What they are at may use what ends after this.
  for (asio::thread_pool* pool : {&state_->slow_routes, &state_->storing_routes}) {
    pool->stop();
    pool->join();
  }
}

void HttpServer::stop() { state_->context.stop(); }

}  // namespace quarry::server
