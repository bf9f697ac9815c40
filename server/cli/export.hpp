// quarry export STUDY TRIAL: a chosen trial as a file to take away.
#pragma once

#include "server/cli/verbs.hpp"

namespace quarry::server {

void add_export_verb(Verbs& verbs);

}  // namespace quarry::server
