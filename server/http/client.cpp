// Tested against the real server by tests/server/http_server_test.cpp.
#include "server/http/client.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <charconv>

namespace quarry::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

tcp::socket connect(asio::io_context& context, const std::string& host, const std::string& port,
                    const std::string& url) {
  try {
    tcp::socket socket(context);
    asio::connect(socket, tcp::resolver(context).resolve(host, port));
    return socket;
  } catch (const boost::system::system_error& error) {
    throw ConnectionError("no Quarry server answers at " + url + ": " + error.code().message() +
                          "; start one with 'quarry serve', or give its address with --url");
  }
}

http::request<http::string_body> make_request(const std::string& method, const std::string& target,
                                              const std::string& host, const std::string& body,
                                              const std::string& content_type) {
  http::request<http::string_body> request(http::string_to_verb(method), target, 11);
  request.set(http::field::host, host);
  request.set(http::field::connection, "close");
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

}  // namespace

HttpClient::HttpClient(const std::string& url) : url_(url) {
  constexpr std::string_view kScheme = "http://";
  std::string rest = url;
  if (!rest.starts_with(kScheme))
    throw ConnectionError("\"" + url + "\" is not an address such as http://127.0.0.1:8080");
  rest.erase(0, kScheme.size());
  if (rest.ends_with('/')) rest.pop_back();
  const std::size_t colon = rest.rfind(':');
  host_ = rest.substr(0, colon);
  port_ = colon == std::string::npos ? "80" : rest.substr(colon + 1);
}

Response HttpClient::request(const std::string& method, const std::string& target,
                             const std::string& body, const std::string& content_type) const {
  asio::io_context context;
  tcp::socket socket = connect(context, host_, port_, url_);
  try {
    http::write(socket, make_request(method, target, host_, body, content_type));
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(boost::none);
    http::read(socket, buffer, parser);
    const http::response<http::string_body>& answer = parser.get();
    Response response{.status = answer.result_int(), .body = answer.body()};
    for (const auto& field : answer)
      response.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    const beast::string_view type = answer[http::field::content_type];
    response.content_type = std::string(type.data(), type.size());
    return response;
  } catch (const boost::system::system_error& error) {
    throw ConnectionError("the Quarry server at " + url_ + " broke off: " + error.code().message());
  }
}

void HttpClient::stream(const std::string& target, std::int64_t last_event_id,
                        const std::function<bool(const ServerSentEvent&)>& on_event,
                        const std::function<void(const Response&)>& on_refused) const {
  asio::io_context context;
  tcp::socket socket = connect(context, host_, port_, url_);
  try {
    http::request<http::string_body> request = make_request("GET", target, host_, "", "");
    request.set("Last-Event-ID", std::to_string(last_event_id));
    http::write(socket, request);
    beast::flat_buffer buffer;
    http::response_parser<http::buffer_body> parser;
    parser.body_limit(boost::none);
    http::read_header(socket, buffer, parser);
    std::string text;
    std::vector<char> chunk(16384);
    while (!parser.is_done()) {
      parser.get().body().data = chunk.data();
      parser.get().body().size = chunk.size();
      beast::error_code error;
      http::read_some(socket, buffer, parser, error);
      if (error && error != http::error::need_buffer && error != http::error::end_of_stream)
        throw boost::system::system_error(error);
      text.append(chunk.data(), chunk.size() - parser.get().body().size);
      if (parser.get().result_int() == 200 && !deliver(text, on_event)) return;
    }
    if (parser.get().result_int() != 200)
      on_refused({.status = parser.get().result_int(), .body = text});
  } catch (const boost::system::system_error& error) {
    throw ConnectionError("the Quarry server at " + url_ + " broke off: " + error.code().message());
  }
}

}  // namespace quarry::server
