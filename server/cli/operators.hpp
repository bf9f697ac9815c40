// The times of operators that a server knows, for the verbs that show or use them.
#pragma once

#include <optional>
#include <string>

#include "evaluators/latency_model.hpp"
#include "server/http/client.hpp"

namespace quarry::server {

// Of that machine; nothing, and why on stderr, when the server has none.
std::optional<evaluators::LatencyModel> fetch_latency_model(const HttpClient& client,
                                                            const std::string& fingerprint);

}  // namespace quarry::server
