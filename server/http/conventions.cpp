// Tested by tests/server/conventions_test.cpp.
#include "server/http/conventions.hpp"

#include <zlib.h>

#include <algorithm>
#include <cctype>
#include <random>

#include "evaluators/hash.hpp"

namespace quarry::server {
namespace {

constexpr std::size_t kWorthCompressing = 1024;
constexpr std::string_view kCompressed = "-gzip";

std::string random_id() {
  static thread_local std::mt19937_64 numbers{std::random_device{}()};
  std::string id = "rq_";
  std::uint64_t bits = numbers();
  for (int i = 0; i < 12; ++i, bits >>= 5) id += "0123456789abcdefghjkmnpqrstvwxyz"[bits & 31];
  return id;
}

bool is_text(std::string_view type) {
  return type.starts_with("text/") || type.find("json") != std::string_view::npos;
}

bool accepts_gzip(const Request& request) {
  const std::string_view accepted = header(request, "accept-encoding");
  const std::size_t at = accepted.find("gzip");
  return at != std::string_view::npos && !accepted.substr(at + 4).starts_with(";q=0,") &&
         accepted.substr(at + 4) != ";q=0";
}

bool has_header(const Response& response, std::string_view name) {
  return std::ranges::any_of(response.headers,
                             [&](const auto& field) { return field.first == name; });
}

// Whoever reads a problem needs the id to ask about it.
void add_request_id(Response& response, const std::string& id) {
  response.headers.emplace_back("X-Request-Id", id);
  if (response.content_type == "application/problem+json" && response.body.ends_with('}'))
    response.body.insert(response.body.size() - 1, ",\"request_id\":\"" + id + "\"");
}

std::string_view without_quotes(std::string_view tag) {
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  if (tag.size() >= 2 && tag.front() == '"' && tag.back() == '"')
    tag = tag.substr(1, tag.size() - 2);
  if (tag.ends_with(kCompressed)) tag.remove_suffix(kCompressed.size());
  return tag;
}

void add_tag(const Request& request, Response& response) {
  const bool is_read = request.method == "GET" || request.method == "HEAD";
  if (!is_read || response.status != 200 || response.events || has_header(response, "ETag")) return;
  const std::string tag = entity_tag(response.body);
  response.headers.emplace_back("ETag", tag);
  if (!names_tag(header(request, "if-none-match"), tag)) return;
  response.status = 304;
  response.body.clear();
}

void compress(const Request& request, Response& response) {
  if (!is_text(response.content_type) || has_header(response, "Content-Encoding") ||
      response.events || response.body.size() < kWorthCompressing)
    return;
  response.headers.emplace_back("Vary", "Accept-Encoding");
  if (!accepts_gzip(request)) return;
  std::string packed = gzip(response.body);
  if (packed.empty()) return;
  response.body = std::move(packed);
  response.headers.emplace_back("Content-Encoding", "gzip");
  for (auto& [name, value] : response.headers) {
    if (name == "ETag") value.insert(value.size() - 1, kCompressed);
  }
}

}  // namespace

std::string request_id(const Request& request) {
  const std::string_view given = header(request, "x-request-id");
  const bool is_plain = std::ranges::all_of(given, [](char letter) {
    return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '-' ||
           letter == '_' || letter == '.';
  });
  return !given.empty() && given.size() <= 64 && is_plain ? std::string(given) : random_id();
}

Response conform(const Request& request, Response response) {
  add_request_id(response, request.id);
  add_tag(request, response);
  compress(request, response);
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  response.headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
  if (!has_header(response, "Content-Security-Policy"))
    response.headers.emplace_back("Content-Security-Policy",
                                  "default-src 'none'; frame-ancestors 'none'");
  // Studies change while they are read; what is kept must be asked for again.
  if (!has_header(response, "Cache-Control"))
    response.headers.emplace_back("Cache-Control", "no-cache");
  return response;
}

bool accepts(std::string_view list, std::string_view type) {
  type = type.substr(0, type.find(';'));
  if (list.empty() || type.empty()) return true;
  const bool is_json = type == "application/json" || type.ends_with("+json");
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    std::string_view range = list.substr(0, comma);
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    const bool is_refused =
        range.find(";q=0") != std::string_view::npos &&
        range.find_first_of("123456789", range.find(";q=0") + 4) == std::string_view::npos;
    range = range.substr(0, range.find(';'));
    while (range.starts_with(' ')) range.remove_prefix(1);
    while (range.ends_with(' ')) range.remove_suffix(1);
    if (is_refused) continue;
    if (range == "*/*" || range == type || (is_json && range == "application/json")) return true;
    if (range.ends_with("/*") && type.starts_with(range.substr(0, range.size() - 1))) return true;
  }
  return false;
}

std::string entity_tag(std::string_view body) {
  return "\"" + evaluators::hash_text({body}) + "\"";
}

bool names_tag(std::string_view list, std::string_view tag) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    std::string_view item = list.substr(0, comma);
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    while (item.starts_with(' ')) item.remove_prefix(1);
    while (item.ends_with(' ')) item.remove_suffix(1);
    if (item == "*" || (!item.empty() && without_quotes(item) == without_quotes(tag))) return true;
  }
  return false;
}

std::string gzip(std::string_view text) {
  z_stream stream{};
  constexpr int kGzip = 15 + 16;
  if (deflateInit2(&stream, 4, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) != Z_OK) return "";
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int result = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return result == Z_STREAM_END ? packed : "";
}

Response no_database(const std::string& why) {
  Response response = problem(503, "the database failed: " + why);
  response.headers.emplace_back("Retry-After", "5");
  return response;
}

}  // namespace quarry::server
