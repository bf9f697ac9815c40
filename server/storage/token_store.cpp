// Tested by tests/server/gateway_test.cpp.
#include "server/storage/token_store.hpp"

#include <nlohmann/json.hpp>

#include "server/storage/database.hpp"

namespace quarry::server {
namespace {

TokenRecord read_token(const Query& query) {
  return {.id = query.text(0),
          .name = query.text(1),
          .scope = scope_from(query.text(2)).value_or(Scope::kRead),
          .hash = query.text(3),
          .created_at = query.text(4)};
}

}  // namespace

nlohmann::json to_json(const TokenRecord& token) {
  return {{"id", token.id},
          {"name", token.name},
          {"scope", to_text(token.scope)},
          {"created_at", token.created_at}};
}

std::pair<TokenRecord, std::string> new_token(const std::string& name, Scope scope,
                                              const std::string& now) {
  std::string secret = make_token();
  TokenRecord record{.name = name, .scope = scope, .hash = hash_token(secret), .created_at = now};
  // Of the hash, so that id and token cannot be had from each other by guessing less than the
  // token.
  record.id = "tk_" + record.hash.substr(0, 12);
  return {std::move(record), std::move(secret)};
}

void TokenStore::add(const TokenRecord& token) {
  const std::scoped_lock lock(database_->write_mutex);
  Query(database_->writer, "INSERT INTO tokens VALUES (?, ?, ?, ?, ?)")
      .bind(token.id)
      .bind(token.name)
      .bind(std::string(to_text(token.scope)))
      .bind(token.hash)
      .bind(token.created_at)
      .run();
}

std::vector<TokenRecord> TokenStore::all() {
  const std::scoped_lock lock(database_->read_mutex);
  std::vector<TokenRecord> found;
  Query query(database_->reader, "SELECT * FROM tokens ORDER BY created_at, id");
  while (query.next()) found.push_back(read_token(query));
  return found;
}

std::optional<TokenRecord> TokenStore::find_hash(const std::string& hash) {
  const std::scoped_lock lock(database_->read_mutex);
  Query query(database_->reader, "SELECT * FROM tokens WHERE hash = ?");
  query.bind(hash);
  if (!query.next()) return std::nullopt;
  return read_token(query);
}

bool TokenStore::remove(const std::string& id) {
  const std::scoped_lock lock(database_->write_mutex);
  Query query(database_->writer, "DELETE FROM tokens WHERE id = ? RETURNING id");
  query.bind(id);
  bool removed = false;
  while (query.next()) removed = true;
  return removed;
}

}  // namespace quarry::server
