// Tested against the real server by tests/server/http_server_test.cpp.
#include "server/http/client.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <utility>

namespace quarry::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

http::request<http::string_body> make_request(const std::string& method, const std::string& target,
                                              const std::string& host, const std::string& token,
                                              const std::string& body,
                                              const std::string& content_type) {
  http::request<http::string_body> request(http::string_to_verb(method), target, 11);
  request.set(http::field::host, host);
  request.set(http::field::connection, "close");
  if (!token.empty()) request.set(http::field::authorization, "Bearer " + token);
  if (!body.empty()) request.set(http::field::content_type, content_type);
  request.body() = body;
  request.prepare_payload();
  return request;
}

// Takes whole events off the front of the text.
bool deliver(std::string& text, const std::function<bool(const ServerSentEvent&)>& on_event) {
  for (std::size_t end = text.find("\n\n"); end != std::string::npos; end = text.find("\n\n")) {
    ServerSentEvent event;
    std::string_view block(text.data(), end);
    while (!block.empty()) {
      const std::string_view line = block.substr(0, block.find('\n'));
      block.remove_prefix(std::min(block.size(), line.size() + 1));
      if (line.starts_with("id: "))
        std::from_chars(line.data() + 4, line.data() + line.size(), event.id);
      if (line.starts_with("event: ")) event.type = line.substr(7);
      if (line.starts_with("data: ")) event.data = line.substr(6);
    }
    text.erase(0, end + 2);
    if (!event.type.empty() && !on_event(event)) return false;
  }
  return true;
}

// A peer whose machine is gone, or the network to it, says nothing at all: what it would have sent
// must not be waited for for ever.
void notice_death(tcp::socket& socket) {
  socket.set_option(asio::socket_base::keep_alive(true));
  for (const auto& [name, value] :
       {std::pair(TCP_KEEPIDLE, 30), {TCP_KEEPINTVL, 10}, {TCP_KEEPCNT, 3}})
    setsockopt(socket.native_handle(), IPPROTO_TCP, name, &value, sizeof value);
}

}  // namespace

HttpClient::HttpClient(const std::string& url, std::string token, std::string ca_file)
    : url_(url), token_(std::move(token)), ca_file_(std::move(ca_file)) {
  std::string rest = url;
  is_tls_ = rest.starts_with("https://");
  if (!is_tls_ && !rest.starts_with("http://"))
    throw ConnectionError("\"" + url + "\" is not an address such as http://127.0.0.1:8080");
  rest.erase(0, is_tls_ ? 8 : 7);
  if (rest.ends_with('/')) rest.pop_back();
  const std::size_t colon = rest.rfind(':');
  const bool has_port = colon != std::string::npos && rest.find(']', colon) == std::string::npos;
  host_ = has_port ? rest.substr(0, colon) : rest;
  port_ = has_port ? rest.substr(colon + 1) : is_tls_ ? "443" : "80";
  if (host_.starts_with('[') && host_.ends_with(']')) host_ = host_.substr(1, host_.size() - 2);
}

template <typename Use>
void HttpClient::connected(const Use& use) const {
  asio::io_context context;
  bool is_connected = false;
  try {
    tcp::socket socket(context);
    asio::connect(socket, tcp::resolver(context).resolve(host_, port_));
    notice_death(socket);
    if (!is_tls_) {
      is_connected = true;
      return use(socket);
    }
    asio::ssl::context tls(asio::ssl::context::tls_client);
    if (ca_file_.empty()) {
      tls.set_default_verify_paths();
    } else {
      tls.load_verify_file(ca_file_);
    }
    asio::ssl::stream<tcp::socket> stream(std::move(socket), tls);
    stream.set_verify_mode(asio::ssl::verify_peer);
    stream.set_verify_callback(asio::ssl::host_name_verification(host_));
    if (SSL_set_tlsext_host_name(stream.native_handle(), host_.c_str()) != 1)
      throw ConnectionError("\"" + host_ + "\" is no name that TLS can ask for");
    stream.handshake(asio::ssl::stream_base::client);
    is_connected = true;
    use(stream);
  } catch (const boost::system::system_error& error) {
    if (is_connected)
      throw ConnectionError("the Quarry server at " + url_ +
                            " broke off: " + error.code().message());
    throw ConnectionError("no Quarry server answers at " + url_ + ": " + error.code().message() +
                          "; start one with 'quarry serve', or give its address with --url");
  }
}

Response HttpClient::request(const std::string& method, const std::string& target,
                             const std::string& body, const std::string& content_type) const {
  Response response;
  connected([&](auto& stream) {
    http::write(stream, make_request(method, target, host_, token_, body, content_type));
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(boost::none);
    http::read(stream, buffer, parser);
    const http::response<http::string_body>& answer = parser.get();
    response.status = answer.result_int();
    response.body = answer.body();
    for (const auto& field : answer)
      response.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    const beast::string_view type = answer[http::field::content_type];
    response.content_type = std::string(type.data(), type.size());
  });
  return response;
}

void HttpClient::stream(const std::string& target, std::int64_t last_event_id,
                        const std::function<bool(const ServerSentEvent&)>& on_event,
                        const std::function<void(const Response&)>& on_refused) const {
  connected([&](auto& stream) {
    http::request<http::string_body> request = make_request("GET", target, host_, token_, "", "");
    request.set("Last-Event-ID", std::to_string(last_event_id));
    http::write(stream, request);
    beast::flat_buffer buffer;
    http::response_parser<http::buffer_body> parser;
    parser.body_limit(boost::none);
    http::read_header(stream, buffer, parser);
    std::string text;
    std::vector<char> chunk(16384);
    while (!parser.is_done()) {
      parser.get().body().data = chunk.data();
      parser.get().body().size = chunk.size();
      beast::error_code error;
      http::read_some(stream, buffer, parser, error);
      if (error && error != http::error::need_buffer && error != http::error::end_of_stream)
        throw boost::system::system_error(error);
      text.append(chunk.data(), chunk.size() - parser.get().body().size);
      if (parser.get().result_int() == 200 && !deliver(text, on_event)) return;
    }
    if (parser.get().result_int() != 200)
      on_refused({.status = parser.get().result_int(), .body = text});
  });
}

}  // namespace quarry::server
