// Tested by tests/server/gateway_test.cpp.
#include "server/access/gateway.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <span>

#include "server/http/conventions.hpp"

namespace quarry::server {
namespace {

constexpr double kBurstSeconds = 10.0;
constexpr std::size_t kMostPeers = 10000;
constexpr std::int64_t kAnswersKeptSeconds = 24 * 3600;
constexpr std::uint64_t kStrangersBody = 1024 * 1024;
constexpr std::string_view kCookie = "quarry_token=";

// What a login needs, and what a probe asks, must be there for everybody.
constexpr std::array<std::string_view, 7> kOpenPaths = {
    "/", "/app.js", "/app.css", "/healthz", "/readyz", "/version", "/v1/session"};

// POSTs that compute an answer and keep nothing.
constexpr std::array<std::string_view, 3> kReadingVerbs = {":describe", ":predict", ":evaluate"};

constexpr std::array<std::string_view, 2> kWorkersVerbs = {":ask", ":tell"};

bool ends_with_any(std::string_view path, std::span<const std::string_view> verbs) {
  return std::ranges::any_of(verbs, [&](std::string_view verb) { return path.ends_with(verb); });
}

// "127.0.0.1:8080" -> "127.0.0.1", "[::1]:8080" -> "[::1]".
std::string_view host_name(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

bool names_loopback(std::string_view host) {
  const std::string_view name = host_name(host);
  return name.empty() || name == "localhost" || name.starts_with("127.") || name == "[::1]";
}

bool is_json(std::string_view type) {
  return type.empty() || type.starts_with("application/json") ||
         type.find("+json") != std::string_view::npos ||
         // What curl -d and a browser's fetch say of everything.
         type.starts_with("application/x-www-form-urlencoded") || type.starts_with("text/plain");
}

bool is_known_type(std::string_view type) {
  return is_json(type) || type.starts_with("text/csv") ||
         type.starts_with("application/x-ndjson") || type.starts_with("application/octet-stream");
}

// What is waited for is answered by the same conventions as the rest.
void conform_later(const Request& request, LongPoll& poll) {
  poll.attempt = [request, attempt = std::move(poll.attempt)]() -> std::optional<Response> {
    std::optional<Response> response;
    try {
      response = attempt();
    } catch (const StoreError& error) {
      response = no_database(error.what());
    }
    if (response) response = conform(request, std::move(*response));
    return response;
  };
  poll.give_up = [request, give_up = std::move(poll.give_up)] {
    return conform(request, give_up());
  };
}

bool changes_something(const Request& request) {
  return request.method != "GET" && request.method != "HEAD" && request.method != "OPTIONS";
}

Response not_acceptable(const Request& request, std::string_view type) {
  return problem(406, request.path + " is " + std::string(type) + ", which the Accept header \"" +
                          std::string(header(request, "accept")) + "\" does not take");
}

Response with_challenge(Response response) {
  response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"quarry\"");
  return response;
}

}  // namespace

Scope scope_needed(std::string_view method, std::string_view path) {
  if (path.starts_with("/v1/tokens")) return Scope::kAdmin;
  if (method == "GET" || method == "HEAD" || method == "OPTIONS") return Scope::kRead;
  if (method == "POST" && ends_with_any(path, kReadingVerbs)) return Scope::kRead;
  const bool is_workers = path.starts_with("/v1/tasks") || path.starts_with("/v1/workers") ||
                          ends_with_any(path, kWorkersVerbs);
  return is_workers ? Scope::kWorker : Scope::kAdmin;
}

std::string token_of(const Request& request) {
  constexpr std::string_view kBearer = "Bearer ";
  const std::string_view authorization = header(request, "authorization");
  if (authorization.starts_with(kBearer)) return std::string(authorization.substr(kBearer.size()));
  const std::string_view cookies = header(request, "cookie");
  const std::size_t at = cookies.find(kCookie);
  if (at == std::string_view::npos) return "";
  const std::string_view rest = cookies.substr(at + kCookie.size());
  return std::string(rest.substr(0, rest.find(';')));
}

Gateway::Gateway(const Router& router, TokenStore& tokens, AnswerStore& answers,
                 RequestCounts& counts, GatewayOptions options)
    : router_(router),
      tokens_(tokens),
      answers_(answers),
      options_(std::move(options)),
      counts_(counts) {}

Response Gateway::answer(Request request) {
  const auto start = std::chrono::steady_clock::now();
  request.id = request_id(request);
  Response response = answer_or_refuse(request);
  const std::string route = response.route;
  if (response.later) {
    conform_later(request, *response.later);
  } else {
    response = conform(request, std::move(response));
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  counts_.add({request.method, route, response.status}, took.count());
  return response;
}

RouteLimits Gateway::limits(const Request& head) {
  RouteLimits limits = router_.limits(head.method, head.path);
  const bool has_body =
      !header(head, "content-length").empty() || !header(head, "transfer-encoding").empty();
  // Six digits are less than what strangers may send: nothing to look up.
  const bool is_small =
      header(head, "transfer-encoding").empty() && header(head, "content-length").size() <= 6;
  if (!has_body || is_small) return limits;
  try {
    if (refusal_of_token(head))
      limits.max_body_bytes = std::min(limits.max_body_bytes, kStrangersBody);
  } catch (const StoreError&) {  // answer() will say so
    limits.max_body_bytes = std::min(limits.max_body_bytes, kStrangersBody);
  }
  return limits;
}

// Handlers catch their own errors in the router; what is left is the gateway's own database.
Response Gateway::answer_or_refuse(const Request& request) {
  try {
    std::optional<Response> refused = refusal(request);
    if (refused) return std::move(*refused);
    Response response = answer_once(request);
    if (response.status != 200 || response.events ||
        accepts(header(request, "accept"), response.content_type))
      return response;
    return not_acceptable(request, response.content_type);
  } catch (const StoreError& error) {
    return no_database(error.what());
  }
}

std::optional<Response> Gateway::refusal(const Request& request) {
  if (auto refused = refusal_of_origin(request)) return refused;
  if (auto refused = refusal_of_rate(request)) return refused;
  if (auto refused = refusal_of_token(request)) return refused;
  if (changes_something(request) && !request.body.empty()) {
    const std::string_view type = header(request, "content-type");
    if (!is_known_type(type))
      return problem(415, "a body of type " + std::string(type) +
                              " is not understood: send JSON with Content-Type: application/json");
  }
  // Before anything is done: every change is answered in JSON.
  if (changes_something(request) && !accepts(header(request, "accept"), "application/json"))
    return not_acceptable(request, "application/json");
  return refusal_of_precondition(request);
}

// A page of another site must not drive this server through the user's browser: neither under a
// name of its own that resolves to this machine, nor by a form or fetch.
std::optional<Response> Gateway::refusal_of_origin(const Request& request) const {
  const std::string_view host = header(request, "host");
  if (!options_.tokens_required && !names_loopback(host))
    return problem(403, "this server answers to loopback names such as 127.0.0.1 alone, not to \"" +
                            std::string(host) + "\"");
  const std::string_view origin = header(request, "origin");
  if (origin.empty()) return std::nullopt;
  const std::size_t scheme = origin.find("://");
  if (scheme != std::string_view::npos && origin.substr(scheme + 3) == host) return std::nullopt;
  return problem(403,
                 "requests from pages of another site (" + std::string(origin) + ") are refused");
}

std::optional<Response> Gateway::refusal_of_rate(const Request& request) {
  if (options_.requests_per_second <= 0.0) return std::nullopt;
  const double now = options_.now();
  const double burst = options_.requests_per_second * kBurstSeconds;
  const std::scoped_lock lock(allowances_mutex_);
  // Whoever has not asked for that long has its whole burst again: nothing is lost with the entry.
  if (allowances_.size() > kMostPeers)
    std::erase_if(allowances_,
                  [&](const auto& entry) { return now - entry.second.at > kBurstSeconds; });
  const auto [entry, is_new] = allowances_.try_emplace(request.peer, Allowance{burst, now});
  Allowance& allowance = entry->second;
  allowance.left = std::min(
      burst, allowance.left + std::max(0.0, now - allowance.at) * options_.requests_per_second);
  allowance.at = now;
  if (allowance.left < 1.0) {
    Response response = problem(429, "too many requests from " + request.peer +
                                         ": wait a second, or let many trials share a request");
    response.headers.emplace_back("Retry-After", "1");
    return response;
  }
  allowance.left -= 1.0;
  return std::nullopt;
}

std::optional<Response> Gateway::refusal_of_token(const Request& request) {
  if (!options_.tokens_required || std::ranges::find(kOpenPaths, request.path) != kOpenPaths.end())
    return std::nullopt;
  const std::string token = token_of(request);
  if (token.empty())
    return with_challenge(
        problem(401,
                "a token is needed: send \"Authorization: Bearer TOKEN\"; 'quarry token create' on "
                "the server's machine makes one"));
  const std::string hash = hash_token(token);
  const std::optional<TokenRecord> known = tokens_.find_hash(hash);
  if (!known || !equal_in_constant_time(known->hash, hash))
    return with_challenge(problem(401, "this token is not known to the server, or was revoked"));
  const Scope needed = scope_needed(request.method, request.path);
  if (known->scope < needed)
    return problem(403, "the token \"" + known->name + "\" has scope " +
                            std::string(to_text(known->scope)) + "; " + request.method + " " +
                            request.path + " needs " + std::string(to_text(needed)));
  return std::nullopt;
}

std::optional<Response> Gateway::refusal_of_precondition(const Request& request) {
  const std::string_view wanted = header(request, "if-match");
  if (wanted.empty() || !changes_something(request)) return std::nullopt;
  Request read{.method = "GET", .path = request.path};
  // The verb of "/v1/studies/ID:pause" acts on the resource before it.
  if (const std::size_t colon = read.path.rfind(':');
      colon != std::string::npos && colon > read.path.rfind('/'))
    read.path.erase(colon);
  const Response current = router_.route(read);
  if (current.status == 200 && names_tag(wanted, entity_tag(current.body))) return std::nullopt;
  return problem(412, read.path + " is not what If-Match says any more: read it again");
}

Response Gateway::answer_once(const Request& request) {
  const std::string key(header(request, "idempotency-key"));
  if (key.empty() || request.method != "POST") return router_.route(request);
  if (key.size() > 255) return problem(400, "an Idempotency-Key has at most 255 characters");
  // Two users' keys have nothing to do with each other.
  const std::string kept_key = hash_token(token_of(request) + "\n" + key);
  const std::string request_hash =
      hash_token(request.method + "\n" + request.path + "\n" + request.body);
  // Taken before it is looked up: another answer to the same key may be just being kept.
  const UnderWay mine(*this, kept_key);
  if (!mine.taken())
    return problem(409, "the first request with this Idempotency-Key is still being answered");
  if (const std::optional<KeptAnswer> kept = answers_.find(kept_key)) {
    if (kept->request_hash != request_hash)
      return problem(422, "this Idempotency-Key was used for another request: take a new one");
    return answer_again(*kept);
  }
  return answer_first(request, kept_key, request_hash);
}

Response Gateway::answer_again(const KeptAnswer& kept) const {
  Response again{.status = kept.status, .content_type = kept.content_type, .body = kept.body};
  if (kept.is_mark()) {
    // The first answer is lost, what it told of is there: as it is now.
    again = router_.route({.method = "GET", .path = kept.location});
    if (again.status == 200) again.status = kept.status;
  }
  if (!kept.location.empty() && again.status == 201)
    again.headers.emplace_back("Location", kept.location);
  again.headers.emplace_back("Idempotency-Replayed", "true");
  return again;
}

Response Gateway::answer_first(const Request& request, const std::string& key,
                               const std::string& hash) {
  const auto now = static_cast<std::int64_t>(options_.now());
  Response response;
  {
    const std::size_t name = std::string_view("/v1/").size();
    const AnswerStore::ActOnce once(
        answers_, {.key = key,
                   .request_hash = hash,
                   .collection = request.path.substr(0, request.path.find_first_of("/:", name)),
                   .now = now});
    response = router_.route(request);
  }
  // What failed for the server's sake may be tried again.
  if (response.status >= 500 || response.status == 429 || response.events || response.later)
    return response;
  KeptAnswer kept{.request_hash = hash,
                  .status = response.status,
                  .content_type = response.content_type,
                  .body = response.body};
  for (const auto& [name, value] : response.headers) {
    if (name == "Location") kept.location = value;
    // A secret is shown once and stored nowhere.
    if (name == "Cache-Control" && value == "no-store") return response;
  }
  try {
    answers_.keep(key, kept, now, now - kAnswersKeptSeconds);
  } catch (const StoreError&) {  // that it was done is stored; how it was answered, GET can say
  }
  return response;
}

}  // namespace quarry::server
