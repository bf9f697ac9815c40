// Tested end to end by tests/e2e/command_test.cpp.
#include "server/cli/exit_code.hpp"

#include "server/cli/commands.hpp"

namespace quarry::server {

int exit_code_of(unsigned status) {
  switch (status) {
    case 401:
    case 403:
      return kNotAllowed;
    case 404:
      return kNotThere;
    case 429:
    case 503:
      return kNoServer;
    default:
      return kWentWrong;
  }
}

int refuse(const Response& response) {
  print_problem(response);
  return exit_code_of(response.status);
}

}  // namespace quarry::server
