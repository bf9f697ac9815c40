// A coroutine per connection on one thread, with a timeout, as in Beast's own example; no routes,
// no headers but the two that the answer needs.
#include "tests/bench/service/bare_server.hpp"

#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

namespace quarry::bench {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::use_awaitable;
using asio::ip::tcp;

asio::awaitable<void> serve_connection(beast::tcp_stream stream, const std::string& body) {
  try {
    beast::flat_buffer buffer;
    while (true) {
      stream.expires_after(std::chrono::seconds(60));
      http::request<http::string_body> request;
      co_await http::async_read(stream, buffer, request, use_awaitable);
      http::response<http::string_body> response(http::status::ok, request.version());
      response.set(http::field::content_type, "application/json");
      response.keep_alive(request.keep_alive());
      response.body() = body;
      response.prepare_payload();
      co_await http::async_write(stream, response, use_awaitable);
    }
  } catch (const std::exception&) {  // the client went away
  }
}

asio::awaitable<void> accept_connections(tcp::acceptor& acceptor, const std::string& body) {
  while (true) {
    tcp::socket socket = co_await acceptor.async_accept(use_awaitable);
    socket.set_option(tcp::no_delay(true));
    asio::co_spawn(acceptor.get_executor(),
                   serve_connection(beast::tcp_stream(std::move(socket)), body), asio::detached);
  }
}

}  // namespace

void serve_bare(const std::string& body, int port_to) {
  asio::io_context context{1};
  const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), 0);
  tcp::acceptor acceptor(context, endpoint);
  const std::uint16_t port = acceptor.local_endpoint().port();
  if (write(port_to, &port, sizeof port) != sizeof port) return;
  close(port_to);
  asio::co_spawn(context, accept_connections(acceptor, body), asio::detached);
  context.run();
}

}  // namespace quarry::bench
