// How an answer is written on its connection: a status line and a header as text, so that head and
// small body leave in one write.
#pragma once

#include <string>

#include "server/http/message.hpp"

namespace quarry::server {

// What of the request the form of the answer depends on.
struct Exchange {
  bool is_head = false;     // asked by HEAD
  bool is_old = false;      // HTTP/1.0
  bool keeps_alive = true;  // the connection is used for another request
};

// With the empty line at its end. The values come from this server: none has a line break.
std::string head_text(const Response& response, const Exchange& exchange);

// Whether the response's body follows its head.
bool has_body(const Response& response, const Exchange& exchange);

}  // namespace quarry::server
