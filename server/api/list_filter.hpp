// The language of a list's filter, as a query parameter holds it:
//
//   filter     = term { "OR" term }
//   term       = factor { "AND" factor }
//   factor     = "NOT" factor | "(" filter ")" | comparison
//   comparison = FIELD ( "=" | "!=" | "<" | "<=" | ">" | ">=" | ":" ) VALUE
//   VALUE      = number | "text" | word | true | false | null
//
// as in: state = succeeded AND (latency_ms <= 10 OR NOT name : bert). ":" asks whether a text
// contains another, in any case of letters, or whether a list has it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "search/supernets/field_error.hpp"
#include "server/storage/list_query.hpp"

namespace quarry::server {

enum class FieldKind { kText, kNumber, kFlag, kTexts };

// What a list can be filtered and ordered by.
struct ListField {
  std::string name;
  FieldKind kind = FieldKind::kText;
  std::vector<std::string> allowed = {};  // texts that it may be; empty: any
  std::string path = {};                  // where an item has it; empty: under its name
  bool is_hidden = false;                 // orders the list, but is nothing that a user sees
};

// Every mistake goes to `errors`, under the pointer "filter".
ListCondition parse_filter(const std::string& text, std::span<const ListField> fields,
                           search::FieldErrors& errors);

// The field of this name; nullptr, and a mistake under `pointer`, when there is none.
const ListField* find_field(const std::string& name, std::span<const ListField> fields,
                            const std::string& pointer, search::FieldErrors& errors);

// Whether the value may stand on the other side of the comparison; a mistake if not.
bool check_comparison(const ListField& field, Comparison comparison, const ListValue& value,
                      const std::string& pointer, search::FieldErrors& errors);

}  // namespace quarry::server
