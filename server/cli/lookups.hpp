// What the verbs look up at a server before they do something: whole lists, and studies by their
// names.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "server/http/client.hpp"

namespace quarry::server {

// What a list verb asks for, as the API's parameters of the same names.
struct ListFlags {
  std::string filter;
  std::string order_by;
  std::size_t limit = 0;  // items at most; 0: all
  bool as_json = false;
};

// "&NAME=VALUE", encoded; nothing for an empty value.
std::string query_part(const std::string& name, const std::string& value);
std::string query_text(const ListFlags& flags);

// The items of a list, page after page, with `query` ("&state=running") added to its path; nothing,
// why on stderr and what to exit with in `code`, when it is refused.
std::optional<nlohmann::json> fetch_items(const HttpClient& client, const std::string& path,
                                          const std::string& query, std::size_t limit, int& code);

// The document at a path, refused in the same way.
std::optional<nlohmann::json> fetch_document(const HttpClient& client, const std::string& path,
                                             int& code);

// The id of the study that a user named: by its id, or by a name that one study alone has.
std::optional<std::string> find_study_id(const HttpClient& client, const std::string& text,
                                         int& code);

// The same of several, in place; false where one of them is not found.
bool find_study_ids(const HttpClient& client, std::vector<std::string>& studies, int& code);

}  // namespace quarry::server
