// Tested by tests/server/listing_test.cpp.
#include "server/api/list_page.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace quarry::server {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

std::string lower(std::string text) {
  for (char& letter : text) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return text;
}

bool has(const ListValue& value, const ListValue& wanted) {
  const auto& text = std::get<std::string>(wanted);
  if (const auto* texts = std::get_if<std::vector<std::string>>(&value))
    return std::ranges::find(*texts, text) != texts->end();
  const auto* whole = std::get_if<std::string>(&value);
  return whole != nullptr && lower(*whole).find(lower(text)) != std::string::npos;
}

bool compares(const ListValue& value, Comparison comparison, const ListValue& wanted) {
  if (is_missing(value) || is_missing(wanted)) {
    const bool equal = is_missing(value) && is_missing(wanted);
    return comparison == Comparison::kNotEqual ? !equal : comparison == Comparison::kEqual && equal;
  }
  switch (comparison) {
    case Comparison::kEqual:
      return value == wanted;
    case Comparison::kNotEqual:
      return value != wanted;
    case Comparison::kLess:
      return value < wanted;
    case Comparison::kAtMost:
      return value <= wanted;
    case Comparison::kMore:
      return value > wanted;
    case Comparison::kAtLeast:
      return value >= wanted;
    case Comparison::kHas:
      break;
  }
  return has(value, wanted);
}

using Place = std::vector<ListValue>;

// Whether `a` stands before `b`.
bool stands_before(const Place& a, const Place& b, const std::vector<ListOrder>& order) {
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (a[i] == b[i]) continue;
    if (is_missing(a[i]) || is_missing(b[i])) return is_missing(b[i]);
    return order[i].descending ? b[i] < a[i] : a[i] < b[i];
  }
  return false;
}

template <typename Json>
ListValue to_value(const Json& found) {
  if (found.is_string()) return found.template get<std::string>();
  if (found.is_boolean()) return found.template get<bool>();
  if (found.is_number()) return found.template get<double>();
  if (!found.is_array()) return {};
  std::vector<std::string> texts;
  for (const Json& element : found) {
    if (element.is_string()) texts.push_back(element.template get<std::string>());
  }
  return texts;
}

}  // namespace

bool holds(const ListCondition& condition,
           const std::function<ListValue(const std::string&)>& value) {
  const auto part_holds = [&](const ListCondition& part) { return holds(part, value); };
  switch (condition.kind) {
    case ListCondition::Kind::kAll:
      return std::ranges::all_of(condition.parts, part_holds);
    case ListCondition::Kind::kAny:
      return std::ranges::any_of(condition.parts, part_holds);
    case ListCondition::Kind::kNot:
      return !part_holds(condition.parts.front());
    case ListCondition::Kind::kCompare:
      break;
  }
  return compares(value(condition.field), condition.comparison, condition.value);
}

ListPage select_page(const ListRequest& asked, std::size_t count, const ReadField& value) {
  const std::vector<ListOrder>& order = asked.query.order;
  std::vector<std::pair<Place, std::size_t>> found;
  for (std::size_t i = 0; i < count; ++i) {
    const auto of_item = [&](const std::string& field) { return value(i, field); };
    if (!holds(asked.query.where, of_item)) continue;
    Place place;
    for (const ListOrder& by : order) place.push_back(of_item(by.field));
    if (asked.query.after.empty() || stands_before(asked.query.after, place, order))
      found.emplace_back(std::move(place), i);
  }
  const std::size_t size = std::min(found.size(), asked.query.limit);
  std::partial_sort(
      found.begin(), found.begin() + static_cast<std::ptrdiff_t>(size), found.end(),
      [&](const auto& a, const auto& b) { return stands_before(a.first, b.first, order); });
  ListPage page;
  for (std::size_t i = 0; i < std::min(size, asked.page_size()); ++i)
    page.items.push_back(found[i].second);
  if (size > asked.page_size())
    page.next_page_token = page_token(asked, found[asked.page_size() - 1].first);
  return page;
}

template <typename Json>
ListValue field_of(const Json& item, const Listing& listing, const std::string& field) {
  const auto known = std::ranges::find(listing.fields, field, &ListField::name);
  std::string_view path = known->path.empty() ? known->name : known->path;
  const Json* at = &item;
  while (!path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    const auto found = at->find(std::string(path.substr(0, dot)));
    if (found == at->end()) return {};
    at = &*found;
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return to_value(*at);
}
template ListValue field_of(const json&, const Listing&, const std::string&);
template ListValue field_of(const ordered_json&, const Listing&, const std::string&);

template <typename Json>
Response page_response(Json items, const std::string& token) {
  const Json answer = {{"items", std::move(items)},
                       {"next_page_token", token.empty() ? Json(nullptr) : Json(token)}};
  return {.body = answer.dump(-1, ' ', false, Json::error_handler_t::replace)};
}
template Response page_response(json, const std::string&);
template Response page_response(ordered_json, const std::string&);

template <typename Json>
Response answer_list(const Request& request, const Listing& listing,
                     const std::vector<Json>& items) {
  Response refusal;
  const auto asked = read_list(request, listing, refusal);
  if (!asked) return refusal;
  const ListPage page =
      select_page(*asked, items.size(), [&](std::size_t item, const std::string& field) {
        return field_of(items[item], listing, field);
      });
  Json chosen = Json::array();
  for (const std::size_t item : page.items)
    chosen.push_back(with_fields(asked->fields, items[item]));
  return page_response(std::move(chosen), page.next_page_token);
}
template Response answer_list(const Request&, const Listing&, const std::vector<json>&);
template Response answer_list(const Request&, const Listing&, const std::vector<ordered_json>&);

}  // namespace quarry::server
