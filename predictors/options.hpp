// Options that describe themselves. One OptionSpec serves the request parser, its error messages,
// GET /v1/catalog and the dashboard's form. It lives in the leftmost module because every registry
// to the right is described with it.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace quarry {

enum class OptionType { kFlag, kInteger, kNumber, kText };

using OptionValue = std::variant<bool, std::int64_t, double, std::string>;

struct OptionSpec {
  // A '/' nests: "inner/population" is {"inner": {"population": ...}} in JSON.
  std::string name;
  OptionType type = OptionType::kInteger;
  OptionValue fallback = std::int64_t{0};
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  std::vector<std::string> allowed;  // of a text option; empty = any text
  std::string help;
};

// The values of all options of one description, by name. Reading a name that the description does
// not have, or as another type than described, is a programming error.
class OptionValues {
 public:
  static OptionValues defaults(std::span<const OptionSpec> specs);

  void set(const std::string& name, OptionValue value) { values_[name] = std::move(value); }
  bool flag(std::string_view name) const { return std::get<bool>(at(name)); }
  std::int64_t integer(std::string_view name) const { return std::get<std::int64_t>(at(name)); }
  double number(std::string_view name) const { return std::get<double>(at(name)); }
  const std::string& text(std::string_view name) const { return std::get<std::string>(at(name)); }

  const std::map<std::string, OptionValue, std::less<>>& all() const { return values_; }
  bool operator==(const OptionValues&) const = default;

 private:
  const OptionValue& at(std::string_view name) const;

  std::map<std::string, OptionValue, std::less<>> values_;
};

}  // namespace quarry
