// /openapi.json: the API's own description, written by hand in openapi.json beside this file and
// embedded. A test holds it against the table of routes.
#include "server/api/api.hpp"

extern "C" {
extern const char quarry_embedded_openapi_json_begin[];
extern const char quarry_embedded_openapi_json_end[];
}

namespace quarry::server {

Response get_openapi(const ApiContext&, const Request&) {
  return {.body =
              std::string(quarry_embedded_openapi_json_begin, quarry_embedded_openapi_json_end)};
}

}  // namespace quarry::server
