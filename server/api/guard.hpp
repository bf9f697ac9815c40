// What holds for every route of the API beside what it does.
#pragma once

#include <functional>
#include <string>

#include "server/http/router.hpp"

namespace quarry::server {

// The handler behind the refusal of query parameters that openapi.json does not declare for the
// route (lists refuse them beside their other mistakes), answering 503 where the database fails.
Handler guarded(const std::string& method, const std::string& pattern, Handler handler);

}  // namespace quarry::server
