// Tested by tests/server/listing_test.cpp.
#include "server/api/listing.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "evaluators/hash.hpp"
#include "server/api/views.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::int64_t kLargestPage = 1000;
constexpr std::size_t kMostOrders = 8;
constexpr std::size_t kMostFields = 64;

std::string parameter(const Request& request, const std::string& name) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? std::string() : found->second;
}

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(' ');
  return begin == std::string::npos ? ""
                                    : text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

// "a, b" -> a, b
std::vector<std::string> comma_separated(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    parts.push_back(trimmed(text.substr(at, comma - at)));
    at = comma + 1;
  }
  return parts;
}

std::size_t read_page_size(const std::string& text, search::FieldErrors& errors) {
  if (text.empty()) return 50;
  const auto size = read_integer(text);
  if (size && *size >= 1) return static_cast<std::size_t>(std::min(*size, kLargestPage));
  errors.push_back({"page_size", "must be a whole number from 1 to 1000, got \"" + text + "\""});
  return 50;
}

// "latency_ms desc, number"; the list's key is added, so that the order is one.
std::vector<ListOrder> read_order(const std::string& text, const Listing& listing,
                                  search::FieldErrors& errors) {
  if (text.empty()) return listing.order;
  std::vector<ListOrder> order;
  for (const std::string& part : comma_separated(text)) {
    const std::size_t space = part.find(' ');
    const std::string name = part.substr(0, space);
    const std::string direction = space == std::string::npos ? "" : trimmed(part.substr(space));
    const ListField* field = find_field(name, listing.fields, "order_by", errors);
    if (!direction.empty() && direction != "asc" && direction != "desc")
      errors.push_back(
          {"order_by", "after \"" + name + "\" may come asc or desc, got \"" + direction + "\""});
    if (field != nullptr && field->kind == FieldKind::kTexts)
      errors.push_back({"order_by", name + " is a list, which has no order"});
    const bool is_there = std::ranges::find(order, name, &ListOrder::field) != order.end();
    if (!is_there) order.push_back({name, direction == "desc"});
  }
  if (order.size() > kMostOrders)
    errors.push_back({"order_by", "must be at most " + std::to_string(kMostOrders) + " fields"});
  const ListOrder& key = listing.order.back();
  const auto keyed = std::ranges::find(order, key.field, &ListOrder::field);
  if (keyed == order.end()) {
    order.push_back(key);
  } else {
    order.erase(keyed + 1, order.end());  // nothing is left to be decided
  }
  return order;
}

std::vector<std::string> read_fields(const std::string& text, const Listing& listing,
                                     search::FieldErrors& errors) {
  if (text.empty()) return {};
  std::vector<std::string> fields = comma_separated(text);
  if (fields.size() > kMostFields)
    errors.push_back({"fields", "must be at most " + std::to_string(kMostFields) + " names"});
  for (const std::string& field : fields) {
    const std::string top = field.substr(0, field.find('.'));
    if (std::ranges::find(listing.properties, top) == listing.properties.end())
      errors.push_back({"fields", "items have no \"" + top + "\"" +
                                      search::did_you_mean(top, listing.properties) +
                                      "; they have " + search::one_of(listing.properties)});
  }
  return fields;
}

void add_shorthands(const Request& request, const Listing& listing, ListCondition& where,
                    search::FieldErrors& errors) {
  for (const Listing::Shorthand& shorthand : listing.shorthands) {
    const std::string value = parameter(request, shorthand.parameter);
    if (value.empty()) continue;
    const auto field = std::ranges::find(listing.fields, shorthand.field, &ListField::name);
    check_comparison(*field, shorthand.comparison, value, shorthand.parameter, errors);
    where.parts.push_back({.kind = ListCondition::Kind::kCompare,
                           .field = shorthand.field,
                           .comparison = shorthand.comparison,
                           .value = value});
  }
}

void refuse_others(const Request& request, const Listing& listing, search::FieldErrors& errors) {
  std::vector<std::string> known = listing.others;
  for (const Listing::Shorthand& shorthand : listing.shorthands)
    known.push_back(shorthand.parameter);
  known.insert(known.end(), {"filter", "order_by", "fields", "page_size", "page_token"});
  for (const auto& [name, value] : request.query) {
    if (std::ranges::find(known, name) == known.end())
      errors.push_back({name, "unknown query parameter" + search::did_you_mean(name, known) +
                                  "; known are " + search::one_of(known)});
  }
}

// Equal for the pages of one list: the path, and all parameters but those of the page itself.
std::string identity_of(const Request& request) {
  std::string asked = request.path;
  for (const auto& [name, value] : request.query) {
    if (name != "page_size" && name != "page_token" && name != "fields")
      asked += "\n" + name + "=" + value;
  }
  return evaluators::hash_text({asked});
}

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// Base 64 for URLs, without padding.
std::string encoded(const std::string& text) {
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char letter : text) {
    bits = bits << 8 | static_cast<unsigned char>(letter);
    for (held += 8; held >= 6; held -= 6) out += kDigits[bits >> (held - 6) & 63];
  }
  if (held > 0) out += kDigits[bits << (6 - held) & 63];
  return out;
}

std::optional<std::string> decoded(const std::string& text) {
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char letter : text) {
    const std::size_t digit = kDigits.find(letter);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    held += 6;
    if (held >= 8) {
      held -= 8;
      out += static_cast<char>(bits >> held & 255);
    }
  }
  return out;
}

json to_json(const ListValue& value) {
  return std::visit(
      [](const auto& given) -> json {
        if constexpr (std::is_same_v<std::decay_t<decltype(given)>, std::monostate>)
          return nullptr;
        else
          return given;
      },
      value);
}

std::optional<ListValue> from_json(const json& value) {
  if (value.is_null()) return ListValue();
  if (value.is_boolean()) return ListValue(value.get<bool>());
  if (value.is_number()) return ListValue(value.get<double>());
  if (value.is_string()) return ListValue(value.get<std::string>());
  return std::nullopt;
}

std::vector<ListValue> read_token(const std::string& token, const ListRequest& asked,
                                  search::FieldErrors& errors) {
  const auto mistake = [&](const std::string& detail) {
    errors.push_back({"page_token", detail + ", got \"" + token + "\""});
    return std::vector<ListValue>();
  };
  const char* const kNotOurs = "must be a next_page_token that this server gave";
  const std::optional<std::string> text = decoded(token);
  const json content = text ? json::parse(*text, nullptr, false) : json();
  if (!content.is_array() || content.empty()) return mistake(kNotOurs);
  if (content[0] != asked.identity)
    return mistake("belongs to a list with another filter or order");
  std::vector<ListValue> place;
  for (std::size_t i = 1; i < content.size(); ++i) {
    const std::optional<ListValue> value = from_json(content[i]);
    if (!value) return mistake(kNotOurs);
    place.push_back(*value);
  }
  if (place.size() != asked.query.order.size()) return mistake(kNotOurs);
  return place;
}

template <typename Json>
void copy_field(const Json& from, std::string_view path, Json& to) {
  const std::size_t dot = path.find('.');
  const std::string name(path.substr(0, dot));
  const auto found = from.find(name);
  if (found == from.end()) return;
  if (dot == std::string_view::npos || !found->is_object()) {
    to[name] = *found;
    return;
  }
  if (!to.contains(name)) to[name] = Json::object();
  copy_field(*found, path.substr(dot + 1), to[name]);
}

}  // namespace

std::optional<ListRequest> read_list(const Request& request, const Listing& listing,
                                     Response& refusal, search::FieldErrors mistakes) {
  ListRequest asked;
  asked.query.limit = read_page_size(parameter(request, "page_size"), mistakes) + 1;
  ListCondition filter = parse_filter(parameter(request, "filter"), listing.fields, mistakes);
  asked.query.where.parts.push_back(std::move(filter));
  add_shorthands(request, listing, asked.query.where, mistakes);
  asked.query.order = read_order(parameter(request, "order_by"), listing, mistakes);
  asked.fields = read_fields(parameter(request, "fields"), listing, mistakes);
  asked.identity = identity_of(request);
  const std::string token = parameter(request, "page_token");
  if (!token.empty() && mistakes.empty()) asked.query.after = read_token(token, asked, mistakes);
  refuse_others(request, listing, mistakes);
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const search::FieldError& error : mistakes) pairs.emplace_back(error.pointer, error.detail);
  auto refused = refuse_query(pairs);
  if (!refused) return asked;
  refusal = std::move(*refused);
  return std::nullopt;
}

std::string page_token(const ListRequest& asked, const std::vector<ListValue>& place) {
  json content = {asked.identity};
  for (const ListValue& value : place) content.push_back(to_json(value));
  return encoded(content.dump(-1, ' ', false, json::error_handler_t::replace));
}

template <typename Json>
Json with_fields(const std::vector<std::string>& fields, Json item) {
  if (fields.empty()) return item;
  Json chosen = Json::object();
  for (const std::string& field : fields) copy_field(item, field, chosen);
  return chosen;
}
template json with_fields(const std::vector<std::string>&, json);
template ordered_json with_fields(const std::vector<std::string>&, ordered_json);

std::string page_text(const ListRequest& asked, const std::vector<std::string>& items,
                      const std::string& token) {
  std::string text = "\"items\":[";
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) text += ",";
    text += asked.fields.empty() ? items[i]
                                 : with_fields(asked.fields, ordered_json::parse(items[i])).dump();
  }
  return text + "],\"next_page_token\":" + (token.empty() ? "null" : "\"" + token + "\"");
}

}  // namespace quarry::server
