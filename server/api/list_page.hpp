// Lists in memory: the page that a request asks for, out of all items.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "server/api/listing.hpp"

namespace quarry::server {

// Whether the condition holds for the item that `value` reads.
bool holds(const ListCondition& condition,
           const std::function<ListValue(const std::string& field)>& value);

struct ListPage {
  std::vector<std::size_t> items;  // their indices, in order
  std::string next_page_token;     // "" at the end
};

// value: a field of the item at an index. It is asked for the fields that the request names, so
// that what costs more is read only where it is needed.
using ReadField = std::function<ListValue(std::size_t item, const std::string& field)>;
ListPage select_page(const ListRequest& asked, std::size_t count, const ReadField& value);

// A field of an item's JSON, by the listing's path to it.
template <typename Json>
ListValue field_of(const Json& item, const Listing& listing, const std::string& field);

// {"items", "next_page_token"}; token: "" at the end. Json: json or ordered_json.
template <typename Json>
Response page_response(Json items, const std::string& token);

// The whole answer of a list whose items are at hand. Json: json or ordered_json.
template <typename Json>
Response answer_list(const Request& request, const Listing& listing,
                     const std::vector<Json>& items);

}  // namespace quarry::server
