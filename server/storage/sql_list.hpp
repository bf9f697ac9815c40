// A ListQuery as SQL. Names of fields become expressions that a list's own table of columns gives;
// whatever came from a request is bound, never spliced.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "server/storage/list_query.hpp"

namespace quarry::server {

// Text with what is bound to its question marks, in their order.
struct SqlText {
  std::string text;
  std::vector<ListValue> bound;

  SqlText& add(const std::string& more) {
    text += more;
    return *this;
  }
  SqlText& add(const SqlText& more) {
    text += more.text;
    bound.insert(bound.end(), more.bound.begin(), more.bound.end());
    return *this;
  }
  SqlText& bind(ListValue value) {
    text += "?";
    bound.push_back(std::move(value));
    return *this;
  }
};

// By field; every field of the query is among them.
using SqlColumns = std::map<std::string, SqlText>;

// The columns of the query's order: "a, b".
SqlText order_columns(const ListQuery& query, const SqlColumns& columns);

// "CONDITIONS ORDER BY ... LIMIT ...", to follow a WHERE.
SqlText list_clauses(const ListQuery& query, const SqlColumns& columns);

}  // namespace quarry::server
