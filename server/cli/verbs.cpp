// Tested end to end by tests/e2e/command_test.cpp.
#include "server/cli/verbs.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <ranges>

#include "server/cli/completion.hpp"

namespace quarry::server {
namespace {

// Where the verb's flags say nothing. Not by CLI11's envname: all verbs share one address, and it
// would read the environment for those that were not chosen as well, over the flag of the one that
// was.
void take_environment(ServerAddress& address, const CLI::App* verb) {
  const auto take = [&](const char* flag, const char* name, std::string& value) {
    const CLI::Option* option = verb == nullptr ? nullptr : verb->get_option_no_throw(flag);
    if (option != nullptr && option->count() > 0) return;
    if (const char* given = std::getenv(name); given != nullptr && *given != '\0') value = given;
  };
  const bool is_worker = verb != nullptr && verb->get_option_no_throw("--server") != nullptr;
  take(is_worker ? "--server" : "--url", "QUARRY_URL", address.url);
  take("--token", "QUARRY_TOKEN", address.token);
  take("--ca", "QUARRY_CA", address.ca_file);
}

}  // namespace

CLI::App* Verbs::add(const std::string& name, const std::string& help, std::function<int()> action,
                     CLI::App* parent) {
  CLI::App* verb = (parent == nullptr ? root_ : *parent).add_subcommand(name, help);
  verbs_.emplace_back(verb, std::move(action));
  return verb;
}

CLI::App* Verbs::add_group(const std::string& name, const std::string& help) {
  CLI::App* group = root_.add_subcommand(name, help);
  group->require_subcommand(1);
  return group;
}

void Verbs::add_server(CLI::App* verb) {
  verb->add_option("--url", address_.url, "the server's address; else QUARRY_URL")
      ->capture_default_str();
  verb->add_option("--token", address_.token, "for a server that asks for one; else QUARRY_TOKEN");
  verb->add_option("--ca", address_.ca_file,
                   "PEM file of the authority of an https server's certificate; else QUARRY_CA")
      ->type_name(kFileArgument);
}

ServerAddress Verbs::address_of_environment() const {
  ServerAddress address = address_;
  take_environment(address, nullptr);
  return address;
}

int Verbs::run() const {
  for (const auto& [verb, action] : std::ranges::reverse_view(verbs_)) {
    if (!verb->parsed()) continue;
    take_environment(const_cast<ServerAddress&>(address_), verb);
    return action();
  }
  return 2;
}

void add_data_folder(CLI::App* verb, std::string& folder) {
  verb->add_option("--data", folder, "the server's folder")
      ->type_name(kFileArgument)
      ->capture_default_str();
}

std::string default_data_folder() {
  if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data != '\0')
    return std::string(data) + "/quarry";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0')
    return std::string(home) + "/.local/share/quarry";
  return "quarry-data";
}

}  // namespace quarry::server
