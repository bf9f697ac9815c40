// Tested end to end by tests/e2e/command_test.cpp.
#include "server/cli/lookups.hpp"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <vector>

#include "search/supernets/field_error.hpp"
#include "server/cli/exit_code.hpp"
#include "server/http/router.hpp"

namespace quarry::server {

using nlohmann::json;

std::string query_part(const std::string& name, const std::string& value) {
  return value.empty() ? "" : "&" + name + "=" + percent_encode(value);
}

std::string query_text(const ListFlags& flags) {
  return query_part("filter", flags.filter) + query_part("order_by", flags.order_by);
}

std::optional<json> fetch_items(const HttpClient& client, const std::string& path,
                                const std::string& query, std::size_t limit, int& code) {
  constexpr std::size_t kPage = 1000;
  json items = json::array();
  std::string token;
  do {
    const std::size_t left = limit == 0 ? kPage : std::min(kPage, limit - items.size());
    const auto page = fetch_document(
        client,
        path + "?page_size=" + std::to_string(left) + query + query_part("page_token", token),
        code);
    if (!page) return std::nullopt;
    for (const json& item : page->at("items")) items.push_back(item);
    const json& next = page->at("next_page_token");
    token = next.is_string() ? next.get<std::string>() : "";
  } while (!token.empty() && (limit == 0 || items.size() < limit));
  return items;
}

std::optional<json> fetch_document(const HttpClient& client, const std::string& path, int& code) {
  const Response response = client.request("GET", path);
  if (response.status == 200) return json::parse(response.body);
  code = refuse(response);
  return std::nullopt;
}

std::optional<std::string> find_study_id(const HttpClient& client, const std::string& text,
                                         int& code) {
  if (text.starts_with("st_")) return percent_encode(text);
  std::string quoted = "\"";
  for (const char letter : text)
    quoted += letter == '"' || letter == '\\' ? std::string{'\\', letter} : std::string(1, letter);
  const auto named = fetch_items(
      client, "/v1/studies",
      query_part("filter", "name = " + quoted + "\"") + "&fields=id,name,state", 0, code);
  if (!named) return std::nullopt;
  if (named->size() == 1) return named->front().at("id").get<std::string>();
  if (named->empty()) {
    const auto all = fetch_items(client, "/v1/studies", "&fields=name", 1000, code);
    if (!all) return std::nullopt;
    std::vector<std::string> names;
    for (const json& study : *all) names.push_back(study.at("name"));
    std::cerr << "quarry: there is no study \"" << text << "\"" << search::did_you_mean(text, names)
              << "; 'quarry list' shows them\n";
    code = kNotThere;
    return std::nullopt;
  }
  std::cerr << "quarry: " << named->size() << " studies are called \"" << text
            << "\"; give the id of one of them:\n";
  for (const json& study : *named)
    std::cerr << "  " << study.at("id").get<std::string>() << "  "
              << study.at("state").get<std::string>() << "\n";
  code = kWentWrong;
  return std::nullopt;
}

bool find_study_ids(const HttpClient& client, std::vector<std::string>& studies, int& code) {
  for (std::string& study : studies) {
    auto id = find_study_id(client, study, code);
    if (!id) return false;
    study = std::move(*id);
  }
  return true;
}

}  // namespace quarry::server
