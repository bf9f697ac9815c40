// The least that a keep-alive HTTP server with Beast does: what Quarry's is compared with.
#pragma once

#include <string>

namespace quarry::bench {

// Serves this body as JSON to every request on a free port of loopback, whose number is written to
// the descriptor as two bytes. Does not return.
void serve_bare(const std::string& body, int port_to);

}  // namespace quarry::bench
