// quarry token and quarry backup: verbs of the server's own machine, on its data folder. Both work
// while a server runs on it.
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "search/supernets/field_error.hpp"
#include "server/cli/commands.hpp"
#include "server/storage/open_database.hpp"
#include "server/storage/token_store.hpp"
#include "server/studies/clock.hpp"

namespace quarry::server {

namespace {}  // namespace

int create_token(const std::string& data_folder, const std::string& name, const std::string& scope,
                 bool as_json) {
  const std::optional<Scope> known = scope_from(scope);
  if (!known) {
    std::cerr << "quarry token: --scope must be read, worker or admin, got " << scope << "\n";
    return kWronglyUsed;
  }
  TokenStore tokens(open_database(data_folder));
  const auto [record, secret] = new_token(name, *known, system_clock().now());
  tokens.add(record);
  if (as_json) {
    nlohmann::json view = to_json(record);
    view["token"] = secret;
    std::cout << view.dump(2) << "\n";
    return kDone;
  }
  std::cerr << "token " << record.id << " (" << scope
            << "); this is the only time that it is shown:\n";
  std::cout << secret << "\n";
  return 0;
}

int list_tokens(const std::string& data_folder, bool as_json) {
  TokenStore tokens(open_database(data_folder));
  nlohmann::json items = nlohmann::json::array();
  for (const TokenRecord& token : tokens.all()) {
    if (!as_json)
      std::cout << token.id << "  " << to_text(token.scope)
                << std::string(8 - to_text(token.scope).size(), ' ') << token.created_at << "  "
                << token.name << "\n";
    items.push_back(to_json(token));
  }
  if (as_json) std::cout << items.dump(2) << "\n";
  return 0;
}

int revoke_token(const std::string& data_folder, const std::string& id, bool as_json) {
  TokenStore tokens(open_database(data_folder));
  if (tokens.remove(id)) {
    if (as_json) std::cout << nlohmann::json{{"id", id}, {"revoked", true}}.dump(2) << "\n";
    return kDone;
  }
  std::vector<std::string> ids;
  for (const TokenRecord& token : tokens.all()) ids.push_back(token.id);
  std::cerr << "quarry token: there is no token " << id << search::did_you_mean(id, ids)
            << "; 'quarry token list' shows them\n";
  return kNotThere;
}

int backup(const std::string& data_folder, const std::string& file, bool as_json) {
  if (!std::filesystem::exists(std::filesystem::path(data_folder) / "quarry.db")) {
    std::cerr << "quarry backup: there is no quarry.db in " << data_folder
              << "; give --data the server's folder\n";
    return 1;
  }
  if (std::filesystem::exists(file)) {
    std::cerr << "quarry backup: " << file << " is there already; name a new file\n";
    return 1;
  }
  back_up(*open_database(data_folder), file);
  if (as_json) {
    const nlohmann::json view = {{"file", file}, {"bytes", std::filesystem::file_size(file)}};
    std::cout << view.dump(2) << "\n";
    return kDone;
  }
  std::cout << "wrote " << file << " (" << std::filesystem::file_size(file)
            << " bytes); to restore, put it into an empty folder as quarry.db\n";
  return 0;
}

}  // namespace quarry::server
