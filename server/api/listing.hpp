// What every list of the API has in common: page_size and page_token, filter, order_by and fields.
// A list says what its items are made of; reading, checking, paging and answering are here. Lists
// in memory are paged by list_page.hpp, long ones in the database by list_store.hpp.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "server/api/list_filter.hpp"
#include "server/http/message.hpp"
#include "server/storage/list_query.hpp"

namespace quarry::server {

struct Listing {
  std::vector<ListField> fields;        // to filter and order by
  std::vector<std::string> properties;  // of an item, in any of its forms: what fields= may name
  std::vector<ListOrder> order;         // unless asked otherwise; the last is the list's key
  // Parameters that are a comparison: ?state=running for filter=state = "running".
  struct Shorthand {
    std::string parameter;
    std::string field;
    Comparison comparison = Comparison::kEqual;
  };
  std::vector<Shorthand> shorthands = {};
  std::vector<std::string> others = {};  // parameters that the handler reads itself
};

struct ListRequest {
  ListQuery query;                  // its limit is one more than the page has
  std::vector<std::string> fields;  // of each item; empty: all
  std::string identity;             // of what is asked, whatever the page

  std::size_t page_size() const { return query.limit - 1; }
};

// Nothing, and a 400 with every mistake in `refusal`, when the parameters make no sense. `mistakes`
// are those that the handler found in its own.
std::optional<ListRequest> read_list(const Request& request, const Listing& listing,
                                     Response& refusal, search::FieldErrors mistakes = {});

// The token of the page that begins after an item which stands at `place`.
std::string page_token(const ListRequest& asked, const std::vector<ListValue>& place);

// The item with what is asked of it alone. Json: json or ordered_json.
template <typename Json>
Json with_fields(const std::vector<std::string>& fields, Json item);

// "items" and "next_page_token" of an answer whose items are texts of JSON; token: "" at the end.
std::string page_text(const ListRequest& asked, const std::vector<std::string>& items,
                      const std::string& token);

}  // namespace quarry::server
