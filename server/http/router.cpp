// Tested by tests/server/router_test.cpp.
#include "server/http/router.hpp"

#include <algorithm>

namespace quarry::server {
namespace {

// Matches one pattern segment, binding its braces.
bool match_segment(std::string_view pattern, std::string_view segment,
                   std::map<std::string, std::string, std::less<>>& bound) {
  const std::size_t open = pattern.find('{');
  if (open == std::string_view::npos) return pattern == segment;
  const std::size_t close = pattern.find('}');
  const std::string_view before = pattern.substr(0, open);
  const std::string_view after = pattern.substr(close + 1);
  if (segment.size() <= before.size() + after.size() || !segment.starts_with(before) ||
      !segment.ends_with(after))
    return false;
  const std::string_view value =
      segment.substr(before.size(), segment.size() - before.size() - after.size());
  // "{id}" alone must not swallow the verb of "{id}:stop".
  if (after.empty() && value.find(':') != std::string_view::npos) return false;
  bound[std::string(pattern.substr(open + 1, close - open - 1))] = value;
  return true;
}

bool match(std::string_view pattern, std::string_view path,
           std::map<std::string, std::string, std::less<>>& bound) {
  while (true) {
    const std::size_t pattern_end = pattern.find('/', 1);
    const std::size_t path_end = path.find('/', 1);
    const std::string_view pattern_segment = pattern.substr(1, pattern_end - 1);
    if (pattern_segment.ends_with("*}")) {
      bound[std::string(pattern_segment.substr(1, pattern_segment.size() - 3))] = path.substr(1);
      return true;
    }
    if (!match_segment(pattern_segment, path.substr(1, path_end - 1), bound)) return false;
    if (pattern_end == std::string_view::npos || path_end == std::string_view::npos)
      return pattern_end == path_end;
    pattern.remove_prefix(pattern_end);
    path.remove_prefix(path_end);
  }
}

int hex(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

}  // namespace

void Router::add(const std::string& method, const std::string& pattern, Handler handler,
                 RouteLimits limits) {
  entries_.push_back(
      {method, pattern, pattern.substr(0, pattern.find('{')), std::move(handler), limits});
}

// Most routes are told apart by how they begin; that costs nothing.
bool Router::matches(const Entry& entry, std::string_view path, Bound& bound) {
  if (entry.begin.size() == entry.pattern.size()) return path == entry.pattern;
  bound.clear();
  return path.starts_with(entry.begin) && match(entry.pattern, path, bound);
}

RouteLimits Router::limits(std::string_view method, std::string_view path) const {
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  Bound bound;
  for (const Entry& entry : entries_) {
    if (entry.method == wanted && matches(entry, path, bound)) return entry.limits;
  }
  return {};
}

Response Router::route(Request request) const {
  const std::string wanted = request.method == "HEAD" ? "GET" : request.method;
  std::string allowed;
  std::string pattern;
  Bound bound;
  for (const Entry& entry : entries_) {
    if (!matches(entry, request.path, bound)) continue;
    pattern = entry.pattern;
    if (entry.method != wanted) {
      allowed += (allowed.empty() ? "" : ", ") + entry.method;
      if (entry.method == "GET") allowed += ", HEAD";
      continue;
    }
    request.parameters = std::move(bound);
    Response response;
    try {
      response = entry.handler(request);
    } catch (const std::exception& error) {
      response = problem(500, std::string("the server could not answer: ") + error.what());
    }
    response.route = pattern;
    return response;
  }
  if (allowed.empty()) return problem(404, "there is nothing at " + request.path);
  Response response =
      request.method == "OPTIONS"
          ? Response{.status = 204, .content_type = ""}
          : problem(405, request.path + " answers " + allowed + ", not " + request.method);
  response.headers.emplace_back("Allow", allowed + ", OPTIONS");
  response.route = pattern;
  return response;
}

std::vector<Router::Route> Router::routes() const {
  std::vector<Route> routes;
  for (const Entry& entry : entries_) routes.push_back({entry.method, entry.pattern});
  return routes;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (i + 2 >= text.size() || hex(text[i + 1]) < 0 || hex(text[i + 2]) < 0) return std::nullopt;
    decoded += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
    i += 2;
  }
  return decoded;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kPlain = "-_.~@";
  std::string encoded;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    const bool is_plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
                          (byte >= 'A' && byte <= 'Z') ||
                          kPlain.find(letter) != std::string_view::npos;
    if (is_plain) {
      encoded += letter;
    } else {
      encoded += '%';
      encoded += "0123456789ABCDEF"[byte >> 4];
      encoded += "0123456789ABCDEF"[byte & 15];
    }
  }
  return encoded;
}

namespace {

// In a query, unlike in a path, '+' is a space: so forms and URLSearchParams write it.
std::optional<std::string> decode_query(std::string_view text) {
  std::string spaced(text);
  std::ranges::replace(spaced, '+', ' ');
  return percent_decode(spaced);
}

}  // namespace

bool parse_target(std::string_view target, Request& request) {
  if (!target.starts_with('/')) return false;
  const std::size_t question = target.find('?');
  const auto path = percent_decode(target.substr(0, question));
  if (!path) return false;
  request.path = *path;
  if (question == std::string_view::npos) return true;
  std::string_view rest = target.substr(question + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    const auto key = decode_query(pair.substr(0, equals));
    const auto value =
        equals == std::string_view::npos ? std::string() : decode_query(pair.substr(equals + 1));
    if (!key || !value) return false;
    if (!key->empty()) request.query[*key] = *value;
  }
  return true;
}

}  // namespace quarry::server
