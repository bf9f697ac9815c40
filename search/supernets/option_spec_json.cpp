// Tested by tests/server/api_test.cpp, as part of the catalog.
#include "search/supernets/option_spec_json.hpp"

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

namespace quarry::search {
namespace {

nlohmann::json to_json(const OptionSpec& spec) {
  constexpr std::array kTypes = {"flag", "integer", "number", "text"};
  nlohmann::json view = {{"name", spec.name},
                         {"type", kTypes[static_cast<std::size_t>(spec.type)]},
                         {"help", spec.help}};
  std::visit([&](const auto& value) { view["default"] = value; }, spec.fallback);
  if (std::isfinite(spec.min)) view["min"] = spec.min;
  if (std::isfinite(spec.max)) view["max"] = spec.max;
  if (!spec.allowed.empty()) view["allowed"] = spec.allowed;
  return view;
}

}  // namespace

nlohmann::json option_specs_to_json(std::span<const OptionSpec> options) {
  nlohmann::json views = nlohmann::json::array();
  for (const OptionSpec& spec : options) views.push_back(to_json(spec));
  return views;
}

}  // namespace quarry::search
