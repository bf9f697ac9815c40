// Access tokens in the database: their hashes, never the tokens.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/storage/store_error.hpp"
#include "server/storage/token.hpp"

namespace quarry::server {

struct Database;

struct TokenRecord {
  std::string id;    // "tk_..."
  std::string name;  // what it is for, in the user's words
  Scope scope = Scope::kRead;
  std::string hash;
  std::string created_at;  // RFC 3339, UTC
};

// As users see it: without its hash.
nlohmann::json to_json(const TokenRecord& token);

// A record with a new id, and the token itself, which is to be shown once and kept nowhere.
std::pair<TokenRecord, std::string> new_token(const std::string& name, Scope scope,
                                              const std::string& now);

// Thread-safe. Every call may throw StoreError.
class TokenStore {
 public:
  explicit TokenStore(std::shared_ptr<Database> database) : database_(std::move(database)) {}

  void add(const TokenRecord& token);
  // By creation.
  std::vector<TokenRecord> all();
  std::optional<TokenRecord> find_hash(const std::string& hash);
  // False when there is none of that id.
  bool remove(const std::string& id);

 private:
  std::shared_ptr<Database> database_;
};

}  // namespace quarry::server
