// quarry export STUDY TRIAL: a chosen trial as a file to take away.
#pragma once

#include <cstdint>
#include <string>

#include "server/http/client.hpp"

namespace quarry::server {

struct ExportOptions {
  std::string study;
  std::int64_t trial = 0;
  std::string format = "quarry";  // or dynast, policy, card
  std::string file;               // empty or "-": stdout
};

// Gives the exit code.
int export_trial(const HttpClient& client, const ExportOptions& options);

}  // namespace quarry::server
