// Tested by tests/search/json_fields_test.cpp.
#include "search/supernets/json_fields.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace quarry::search {
namespace {

using nlohmann::json;

std::string number_text(double value) {
  json number = value;
  if (std::abs(value) < 9.1e15 && value == std::floor(value))
    number = static_cast<std::int64_t>(value);
  return number.dump();
}

std::string range_text(double min, double max) {
  const bool below = std::isinf(max);
  const bool above = std::isinf(min);
  if (below && above) return "";
  if (below) return " of at least " + number_text(min);
  if (above) return " of at most " + number_text(max);
  return " between " + number_text(min) + " and " + number_text(max);
}

bool is_whole(const json& value) {
  return value.is_number_integer() ||
         (value.is_number_float() && value.get<double>() == std::floor(value.get<double>()) &&
          std::abs(value.get<double>()) < 9e15);
}

std::string shown(const json& value) {
  if (!value.is_primitive()) return json_type(value);
  std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  if (text.size() > 60) text = text.substr(0, 57) + "...";
  return text;
}

}  // namespace

std::optional<json> parse_json(std::string_view text, FieldErrors& errors) {
  constexpr int kDeepest = 64;
  bool too_deep = false;
  const auto keep = [&](int depth, json::parse_event_t event, json&) {
    const bool opens =
        event == json::parse_event_t::object_start || event == json::parse_event_t::array_start;
    too_deep = too_deep || (opens && depth >= kDeepest);
    return !too_deep;
  };
  try {
    json document = json::parse(text, keep);
    if (!too_deep) return document;
    errors.push_back({"", "not usable JSON: it nests deeper than 64 levels"});
    return std::nullopt;
  } catch (const json::parse_error& error) {
    std::size_t line = 1;
    std::size_t column = 1;
    for (std::size_t i = 0; i + 1 < error.byte && i < text.size(); ++i) {
      column = text[i] == '\n' ? 1 : column + 1;
      if (text[i] == '\n') ++line;
    }
    errors.push_back({"", "not valid JSON: syntax error at line " + std::to_string(line) +
                              ", column " + std::to_string(column)});
    return std::nullopt;
  } catch (const json::exception&) {
    errors.push_back({"", "not usable JSON: a number in it is too large for any computer"});
    return std::nullopt;
  }
}

std::string json_type(const json& value) {
  switch (value.type()) {
    case json::value_t::object:
      return "an object";
    case json::value_t::array:
      return "an array";
    case json::value_t::string:
      return "a string";
    case json::value_t::boolean:
      return "a boolean";
    case json::value_t::null:
      return "null";
    default:
      return "a number";
  }
}

std::string child_pointer(const std::string& pointer, const std::string& key) {
  std::string token;
  for (const char letter : key) {
    if (letter == '~') {
      token += "~0";
    } else if (letter == '/') {
      token += "~1";
    } else {
      token += letter;
    }
  }
  return pointer + "/" + token;
}

ObjectReader::ObjectReader(const json& value, std::string pointer, FieldErrors& errors)
    : value_(value.is_object() ? &value : nullptr), pointer_(std::move(pointer)), errors_(errors) {
  if (value_ == nullptr)
    errors_.push_back({pointer_, "must be an object, got " + json_type(value)});
}

std::string ObjectReader::pointer(const std::string& key) const {
  return child_pointer(pointer_, key);
}

void ObjectReader::error(const std::string& key, std::string detail) {
  errors_.push_back({pointer(key), std::move(detail)});
}

const json* ObjectReader::find(const std::string& key, Presence presence) {
  asked_.insert(key);
  if (value_ == nullptr) return nullptr;
  const auto found = value_->find(key);
  if (found != value_->end()) return &*found;
  if (presence == Presence::kRequired) error(key, "is missing");
  return nullptr;
}

const json* ObjectReader::typed(const std::string& key, Presence presence, bool (*is)(const json&),
                                const char* what) {
  const json* found = find(key, presence);
  if (found == nullptr || is(*found)) return found;
  error(key, std::string("must be ") + what + ", got " + shown(*found));
  return nullptr;
}

std::optional<std::string> ObjectReader::text(const std::string& key, Presence presence) {
  const json* found = typed(
      key, presence, [](const json& v) { return v.is_string(); }, "a string");
  if (found == nullptr) return std::nullopt;
  return found->get<std::string>();
}

std::optional<std::int64_t> ObjectReader::integer(const std::string& key, Presence presence,
                                                  double min, double max) {
  const json* found = find(key, presence);
  if (found == nullptr) return std::nullopt;
  if (!is_whole(*found) || found->get<double>() < min || found->get<double>() > max) {
    error(key, "must be a whole number" + range_text(min, max) + ", got " + shown(*found));
    return std::nullopt;
  }
  return found->is_number_integer() ? found->get<std::int64_t>()
                                    : static_cast<std::int64_t>(found->get<double>());
}

std::optional<double> ObjectReader::number(const std::string& key, Presence presence, double min,
                                           double max) {
  const json* found = find(key, presence);
  if (found == nullptr) return std::nullopt;
  if (!found->is_number() || !(found->get<double>() >= min && found->get<double>() <= max)) {
    error(key, "must be a number" + range_text(min, max) + ", got " + shown(*found));
    return std::nullopt;
  }
  return found->get<double>();
}

std::optional<bool> ObjectReader::flag(const std::string& key, Presence presence) {
  const json* found = typed(
      key, presence, [](const json& v) { return v.is_boolean(); }, "true or false");
  if (found == nullptr) return std::nullopt;
  return found->get<bool>();
}

const json* ObjectReader::array(const std::string& key, Presence presence) {
  return typed(
      key, presence, [](const json& v) { return v.is_array(); }, "an array");
}

const json* ObjectReader::object(const std::string& key, Presence presence) {
  return typed(
      key, presence, [](const json& v) { return v.is_object(); }, "an object");
}

const json* ObjectReader::any(const std::string& key, Presence presence) {
  return find(key, presence);
}

void ObjectReader::finish() {
  if (value_ == nullptr) return;
  const std::vector<std::string> known(asked_.begin(), asked_.end());
  for (const auto& [key, ignored] : value_->items()) {
    if (asked_.contains(key)) continue;
    error(key,
          "is not a field here" + did_you_mean(key, known) + "; the fields are " + one_of(known));
  }
}

OptionValues read_options(const json& object, const std::string& pointer,
                          std::span<const OptionSpec> specs, FieldErrors& errors,
                          std::span<const std::string> also_allowed) {
  OptionValues values = OptionValues::defaults(specs);
  ObjectReader reader(object, pointer, errors);
  for (const std::string& key : also_allowed) reader.any(key, Presence::kOptional);

  // Options below a '/' are read from the nested object in one go, with the prefix taken off.
  std::set<std::string> nested;
  for (const OptionSpec& spec : specs) {
    const std::size_t slash = spec.name.find('/');
    if (slash != std::string::npos) {
      nested.insert(spec.name.substr(0, slash));
      continue;
    }
    switch (spec.type) {
      case OptionType::kFlag:
        if (const auto value = reader.flag(spec.name, Presence::kOptional))
          values.set(spec.name, *value);
        break;
      case OptionType::kInteger:
        if (const auto value = reader.integer(spec.name, Presence::kOptional, spec.min, spec.max))
          values.set(spec.name, *value);
        break;
      case OptionType::kNumber:
        if (const auto value = reader.number(spec.name, Presence::kOptional, spec.min, spec.max))
          values.set(spec.name, *value);
        break;
      case OptionType::kText:
        if (const auto value = reader.text(spec.name, Presence::kOptional)) {
          if (!spec.allowed.empty() &&
              std::ranges::find(spec.allowed, *value) == spec.allowed.end()) {
            reader.error(spec.name, "must be " + one_of(spec.allowed) + ", got \"" + *value + "\"" +
                                        did_you_mean(*value, spec.allowed));
          } else {
            values.set(spec.name, *value);
          }
        }
        break;
    }
  }
  for (const std::string& prefix : nested) {
    const json* child = reader.object(prefix, Presence::kOptional);
    if (child == nullptr) continue;
    std::vector<OptionSpec> inner;
    for (OptionSpec spec : specs) {
      if (!spec.name.starts_with(prefix + "/")) continue;
      spec.name = spec.name.substr(prefix.size() + 1);
      inner.push_back(std::move(spec));
    }
    const OptionValues inner_values = read_options(*child, reader.pointer(prefix), inner, errors);
    for (const auto& [name, value] : inner_values.all()) values.set(prefix + "/" + name, value);
  }
  reader.finish();
  return values;
}

json options_to_json(const OptionValues& values) {
  json object = json::object();
  for (const auto& [name, value] : values.all()) {
    json& place = object[json::json_pointer("/" + name)];
    std::visit([&](const auto& v) { place = v; }, value);
  }
  return object;
}

std::optional<Value> value_from_json(const json& value) {
  if (value.is_string()) return Value(value.get<std::string>());
  if (value.is_number_integer()) return Value(value.get<std::int64_t>());
  if (value.is_number_float()) return Value(value.get<double>());
  return std::nullopt;
}

json value_to_json(const Value& value) {
  return std::visit([](const auto& v) { return json(v); }, value);
}

std::string to_text(const Value& value) { return value_to_json(value).dump(); }

}  // namespace quarry::search
