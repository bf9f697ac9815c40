// quarry export: a chosen trial as a file. Tested end to end by tests/e2e/export_test.cpp.
#include "server/cli/export.hpp"

#include <fstream>
#include <iostream>

#include "server/cli/commands.hpp"
#include "server/http/router.hpp"

namespace quarry::server {

int export_trial(const HttpClient& client, const ExportOptions& options) {
  const auto text = fetch(client, "/v1/studies/" + percent_encode(options.study) + "/trials/" +
                                      std::to_string(options.trial) +
                                      "/export?format=" + percent_encode(options.format));
  if (!text) return 1;
  if (options.file.empty() || options.file == "-") {
    std::cout << *text << std::flush;
    return 0;
  }
  std::ofstream file(options.file, std::ios::binary);
  file << *text << std::flush;
  if (file) return 0;
  std::cerr << "quarry export: cannot write " << options.file << "\n";
  return 1;
}

}  // namespace quarry::server
