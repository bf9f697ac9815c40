// /openapi.json: the API's own description, written by hand in openapi.json beside this file and
// embedded. A test holds it against the table of routes.
#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "server/api/api.hpp"
#include "server/api/guard.hpp"

extern "C" {
extern const char quarry_embedded_openapi_json_begin[];
extern const char quarry_embedded_openapi_json_end[];
}

namespace quarry::server {

Response get_openapi(const ApiContext&, const Request&) {
  return {.body =
              std::string(quarry_embedded_openapi_json_begin, quarry_embedded_openapi_json_end)};
}

// A list is told by its shared parameter.
std::map<std::string, DeclaredQuery> declared_queries() {
  const auto document =
      nlohmann::json::parse(quarry_embedded_openapi_json_begin, quarry_embedded_openapi_json_end);
  std::map<std::string, DeclaredQuery> declared;
  for (const auto& [path, operations] : document.at("paths").items()) {
    for (const auto& [method, operation] : operations.items()) {
      std::string name = method;
      std::ranges::transform(name, name.begin(), [](char letter) {
        return static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
      });
      DeclaredQuery& query = declared[name + " " + path];
      for (const auto& parameter : operation.value("parameters", nlohmann::json::array())) {
        query.is_list = query.is_list || parameter.value("$ref", "").ends_with("/PageToken");
        if (parameter.value("in", "") == "query") query.names.push_back(parameter.at("name"));
      }
    }
  }
  return declared;
}

}  // namespace quarry::server
