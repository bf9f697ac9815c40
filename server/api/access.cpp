// /v1/session and /v1/tokens: logging a browser in, and who else may.
#include <nlohmann/json.hpp>

#include "search/supernets/json_fields.hpp"
#include "server/access/gateway.hpp"
#include "server/api/api.hpp"
#include "server/api/list_page.hpp"
#include "server/api/views.hpp"
#include "server/storage/token.hpp"
#include "server/studies/clock.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

}  // namespace

Response create_session(const ApiContext& context, const Request& request) {
  search::FieldErrors errors;
  const std::optional<json> document = search::parse_json(request.body, errors);
  if (!document) return field_problem("the login could not be read", errors);
  search::ObjectReader reader(*document, "", errors);
  const std::optional<std::string> token = reader.text("token", search::Presence::kRequired);
  reader.finish();
  if (!errors.empty()) return field_problem("the login has mistakes", errors);
  const std::optional<TokenRecord> known = context.tokens.find_hash(hash_token(*token));
  if (!known) return problem(401, "this token is not known to the server, or was revoked");
  Response response = json_response({{"guarded", context.tokens_required},
                                     {"name", known->name},
                                     {"scope", to_text(known->scope)}});
  response.headers.emplace_back("Set-Cookie", "quarry_token=" + *token +
                                                  "; Path=/; HttpOnly; SameSite=Strict" +
                                                  (context.serves_tls ? "; Secure" : ""));
  return response;
}

Response get_session(const ApiContext& context, const Request& request) {
  // Who needs no token may do everything.
  if (!context.tokens_required)
    return json_response({{"guarded", false}, {"name", ""}, {"scope", to_text(Scope::kAdmin)}});
  const std::string token = token_of(request);
  const std::optional<TokenRecord> known =
      token.empty() ? std::nullopt : context.tokens.find_hash(hash_token(token));
  if (!known) return problem(401, "nobody is logged in: POST {\"token\": ...} here");
  return json_response(
      {{"guarded", true}, {"name", known->name}, {"scope", to_text(known->scope)}});
}

Response end_session(const ApiContext&, const Request&) {
  Response response{.status = 204, .content_type = ""};
  response.headers.emplace_back("Set-Cookie",
                                "quarry_token=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
  return response;
}

Response list_tokens(const ApiContext& context, const Request& request) {
  static const Listing kListing = {
      .fields = {{.name = "id"},
                 {.name = "name"},
                 {.name = "scope", .allowed = {"read", "worker", "admin"}},
                 {.name = "created_at"}},
      .properties = {"id", "name", "scope", "created_at"},
      .order = {{"created_at"}, {"id"}}};
  std::vector<json> items;
  for (const TokenRecord& token : context.tokens.all()) items.push_back(to_json(token));
  return answer_list(request, kListing, items);
}

Response create_token(const ApiContext& context, const Request& request) {
  search::FieldErrors errors;
  const std::optional<json> document = search::parse_json(request.body, errors);
  if (!document) return field_problem("the token could not be read", errors);
  search::ObjectReader reader(*document, "", errors);
  const std::optional<std::string> name = reader.text("name", search::Presence::kRequired);
  const std::string scope = reader.text("scope", search::Presence::kOptional).value_or("read");
  reader.finish();
  if (!scope_from(scope))
    errors.push_back({"/scope", "must be read, worker or admin, got \"" + scope + "\""});
  if (name && (name->empty() || name->size() > 200))
    errors.push_back({"/name", "must say what the token is for, in 1 to 200 characters"});
  if (!errors.empty()) return field_problem("the token has mistakes", errors);
  const auto [record, secret] = new_token(*name, *scope_from(scope), system_clock().now());
  context.tokens.add(record);
  json view = to_json(record);
  view["token"] = secret;
  Response response = json_response(view, 201);
  response.headers.emplace_back("Location", "/v1/tokens/" + record.id);
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Response delete_token(const ApiContext& context, const Request& request) {
  const std::string& id = request.parameters.find("id")->second;
  if (!context.tokens.remove(id)) return problem(404, "there is no token " + id);
  return {.status = 204, .content_type = ""};
}

}  // namespace quarry::server
