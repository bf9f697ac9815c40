// Reads a user's JSON object field by field and collects every mistake with its pointer: wrong
// types, missing and unknown fields, values out of range. Only search/supernets and server include
// this; the rest of search/ sees no JSON.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "predictors/options.hpp"
#include "search/core/search_space.hpp"
#include "search/supernets/field_error.hpp"

namespace quarry::search {

// Parses text; a syntax error is recorded with its line and column and gives nothing.
std::optional<nlohmann::json> parse_json(std::string_view text, FieldErrors& errors);

enum class Presence { kRequired, kOptional };

// Reads one object. Every accessor gives nothing and records why when the field is not what it must
// be; an absent optional field gives nothing and records nothing. Call finish() last: it records
// the fields that nobody asked for.
class ObjectReader {
 public:
  // A value that is not an object is recorded; the reader then behaves as if every field were
  // absent and optional.
  ObjectReader(const nlohmann::json& value, std::string pointer, FieldErrors& errors);

  std::optional<std::string> text(const std::string& key, Presence presence);
  std::optional<std::int64_t> integer(const std::string& key, Presence presence, double min,
                                      double max);
  std::optional<double> number(const std::string& key, Presence presence, double min, double max);
  std::optional<bool> flag(const std::string& key, Presence presence);
  // Elements of an array / members of an object; nullptr when absent or of another type.
  const nlohmann::json* array(const std::string& key, Presence presence);
  const nlohmann::json* object(const std::string& key, Presence presence);
  // Any type; nullptr when absent.
  const nlohmann::json* any(const std::string& key, Presence presence);

  std::string pointer(const std::string& key) const;
  void error(const std::string& key, std::string detail);
  void finish();

 private:
  const nlohmann::json* find(const std::string& key, Presence presence);
  const nlohmann::json* typed(const std::string& key, Presence presence,
                              bool (*is)(const nlohmann::json&), const char* what);

  const nlohmann::json* value_;  // nullptr: not an object
  std::string pointer_;
  FieldErrors& errors_;
  std::set<std::string> asked_;
};

// Appends an escaped reference token to a pointer.
std::string child_pointer(const std::string& pointer, const std::string& key);

// "a number", "a string", ...: for messages that say what came.
std::string json_type(const nlohmann::json& value);

// Reads options as described by `specs` from the reader's object; absent ones keep their fallback.
// Nested names
// ("inner/population") read nested objects.
OptionValues read_options(const nlohmann::json& object, const std::string& pointer,
                          std::span<const OptionSpec> specs, FieldErrors& errors,
                          std::span<const std::string> also_allowed = {});

// The inverse: nested objects with every option.
nlohmann::json options_to_json(const OptionValues& values);

// Number or string -> Value; nothing for other types.
std::optional<Value> value_from_json(const nlohmann::json& json);
nlohmann::json value_to_json(const Value& value);
std::string to_text(const Value& value);

}  // namespace quarry::search
