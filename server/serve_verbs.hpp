// quarry serve and quarry demo: the verbs that are a server.
#pragma once

#include "server/cli/verbs.hpp"

namespace quarry::server {

void add_serve_verbs(Verbs& verbs);

}  // namespace quarry::server
