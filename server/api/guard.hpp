// What holds for every route of the API beside what it does.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "server/http/router.hpp"

namespace quarry::server {

// What openapi.json says of a route's query.
struct DeclaredQuery {
  std::vector<std::string> names;  // without those that all lists share
  bool is_list = false;
};
// By method and path: "GET /v1/studies". In openapi.cpp.
std::map<std::string, DeclaredQuery> declared_queries();

// The handler behind the refusal of query parameters that openapi.json does not declare for the
// route (lists refuse them beside their other mistakes), answering 503 where the database fails.
Handler guarded(const std::string& method, const std::string& pattern, Handler handler);

}  // namespace quarry::server
