// What a page of a list is: which items, in which order, after which one. Pure data, the same for a
// list in memory (server/api/list_page.hpp) and one in the database (sql_list.hpp).
#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

namespace quarry::server {

// A field's value; monostate where an item lacks it. Only items have lists of texts.
using ListValue = std::variant<std::monostate, bool, double, std::string, std::vector<std::string>>;

inline bool is_missing(const ListValue& value) {
  return std::holds_alternative<std::monostate>(value);
}

enum class Comparison { kEqual, kNotEqual, kLess, kAtMost, kMore, kAtLeast, kHas };

// A tree. A comparison with a missing value is false, but for kNotEqual, which is true; so that
// NOT is what it seems. kHas: a list has the text; a text contains it, in any case of letters.
struct ListCondition {
  enum class Kind { kAll, kAny, kNot, kCompare };
  Kind kind = Kind::kAll;            // kAll of nothing holds for everything
  std::vector<ListCondition> parts;  // of kAll and kAny; the one of kNot
  std::string field;                 // of kCompare
  Comparison comparison = Comparison::kEqual;
  ListValue value;
};

// Missing values come last in either direction.
struct ListOrder {
  std::string field;
  bool descending = false;
  bool operator==(const ListOrder&) const = default;
};

struct ListQuery {
  ListCondition where;
  std::vector<ListOrder> order;  // the last is of a field in which no two items are equal
  // The fields of `order` of the last item of the page before; empty: from the start. Where an item
  // is added or taken away meanwhile, no other is missed or comes twice.
  std::vector<ListValue> after;
  std::size_t limit = 50;
};

}  // namespace quarry::server
