// Reads a Python dict as DyNAS-T's result files write it: {'d': [2, 3], 'mode': ['asymmetric',
// None]}. Only for literals without quotes inside their texts.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace quarry::test {

inline nlohmann::json parse_python_dict(const std::string& text) {
  std::string json = text;
  const auto replace_all = [&](const std::string& from, const std::string& to) {
    for (std::size_t at = json.find(from); at != std::string::npos;
         at = json.find(from, at + to.size()))
      json.replace(at, from.size(), to);
  };
  replace_all("'", "\"");
  replace_all("None", "null");
  replace_all("True", "true");
  replace_all("False", "false");
  return nlohmann::json::parse(json);
}

}  // namespace quarry::test
