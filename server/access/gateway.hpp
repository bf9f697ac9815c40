// What stands before the router: who may ask what, how often, and once. In this order: the host
// that the request names, the site it comes from, its rate, its token, its media type, its
// preconditions, its idempotency key; then the route; then what every answer has in common.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "server/access/request_counts.hpp"
#include "server/http/router.hpp"
#include "server/storage/answer_store.hpp"
#include "server/storage/token_store.hpp"

namespace quarry::server {

struct GatewayOptions {
  // Without it everybody who can connect may do everything: for loopback alone.
  bool tokens_required = false;
  // Of one client; 0 = no limit. Bursts of ten seconds' worth are let through.
  double requests_per_second = 0.0;
  // Seconds since 1970; tests hand in their own.
  std::function<double()> now;
};

class Gateway {
 public:
  // All outlive the gateway.
  Gateway(const Router& router, TokenStore& tokens, AnswerStore& answers, RequestCounts& counts,
          GatewayOptions options);

  // Thread-safe as far as the router is.
  Response answer(Request request);

  // What the route allows, but no more than a login needs to whoever has no token: a body that will
  // be refused is not waited for.
  RouteLimits limits(const Request& head);

 private:
  Response answer_or_refuse(const Request& request);
  std::optional<Response> refusal(const Request& request);
  std::optional<Response> refusal_of_origin(const Request& request) const;
  std::optional<Response> refusal_of_rate(const Request& request);
  std::optional<Response> refusal_of_token(const Request& request);
  std::optional<Response> refusal_of_precondition(const Request& request);
  Response answer_once(const Request& request);
  Response answer_again(const KeptAnswer& kept) const;
  Response answer_first(const Request& request, const std::string& key, const std::string& hash);

  // A key, from its first look-up until it is answered.
  class UnderWay {
   public:
    UnderWay(Gateway& gateway, std::string key) : gateway_(gateway), key_(std::move(key)) {
      const std::scoped_lock lock(gateway_.under_way_mutex_);
      taken_ = gateway_.under_way_.insert(key_).second;
    }
    UnderWay(const UnderWay&) = delete;
    UnderWay& operator=(const UnderWay&) = delete;
    ~UnderWay() {
      if (!taken_) return;
      const std::scoped_lock lock(gateway_.under_way_mutex_);
      gateway_.under_way_.erase(key_);
    }
    bool taken() const { return taken_; }

   private:
    Gateway& gateway_;
    std::string key_;
    bool taken_ = false;
  };

  struct Allowance {
    double left = 0.0;
    double at = 0.0;
  };

  const Router& router_;
  TokenStore& tokens_;
  AnswerStore& answers_;
  GatewayOptions options_;
  RequestCounts& counts_;
  std::mutex allowances_mutex_;
  std::map<std::string, Allowance> allowances_;  // by peer
  std::mutex under_way_mutex_;
  std::set<std::string> under_way_;  // keys of requests that are being answered
};

// What a request needs by its method and path: reading is free of side effects even where it is a
// POST, as in ":predict".
Scope scope_needed(std::string_view method, std::string_view path);

// The token of "Authorization: Bearer TOKEN", or of the cookie that POST /v1/session set; empty
// when there is none.
std::string token_of(const Request& request);

}  // namespace quarry::server
