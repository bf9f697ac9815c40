// What every answer of the API has in common, whatever its route: an entity tag and 304, gzip
// where it pays, the request's id, headers that tell browsers what not to do.
#pragma once

#include <string>
#include <string_view>

#include "server/http/message.hpp"

namespace quarry::server {

// The client's X-Request-Id if it is 1 to 64 letters, digits, '-', '_' or '.', else a random one.
std::string request_id(const Request& request);

// The answer as it is sent. Bodies below 1 KiB, and those that are compressed already, stay as they
// are.
Response conform(const Request& request, Response response);

// Whether an Accept header ("" accepts everything) takes an answer of this type. Problems are
// always taken, and whoever takes JSON takes every type that is JSON.
bool accepts(std::string_view list, std::string_view type);

// A quoted strong tag: equal bodies have equal tags.
std::string entity_tag(std::string_view body);

// Whether an If-Match or If-None-Match list ("*", or tags with commas) names the tag; one made of a
// compressed body names its plain form too.
bool names_tag(std::string_view list, std::string_view tag);

// 503 with Retry-After: the database fails. Reads may still be answered, and what changes something
// may be sent again.
Response no_database(const std::string& why);

// "" when zlib fails.
std::string gzip(std::string_view text);

}  // namespace quarry::server
