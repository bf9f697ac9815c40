// The quarry command as a tree of verbs. A group of verbs (study_verbs.cpp, ...) declares the flags
// of each and what it does; main runs the one that was chosen.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "server/http/client.hpp"

namespace CLI {
class App;
}

namespace quarry::server {

// Which server the client verbs speak to.
struct ServerAddress {
  std::string url = "http://127.0.0.1:8080";
  std::string token;
  std::string ca_file;
};

class Verbs {
 public:
  explicit Verbs(CLI::App& root) : root_(root) {}
  Verbs(const Verbs&) = delete;
  Verbs& operator=(const Verbs&) = delete;

  // A verb of the command or, with a parent, of another verb. action gives the exit code; it owns
  // what the verb's flags are read into.
  CLI::App* add(const std::string& name, const std::string& help, std::function<int()> action,
                CLI::App* parent = nullptr);
  // One that only has verbs of its own.
  CLI::App* add_group(const std::string& name, const std::string& help);

  // --url, --token and --ca; the address is shared by all verbs, which are chosen one at a time.
  void add_server(CLI::App* verb);
  ServerAddress& address() { return address_; }
  // As the environment has it, where the flags were not read.
  ServerAddress address_of_environment() const;
  HttpClient client() const { return HttpClient(address_.url, address_.token, address_.ca_file); }

  // Runs the innermost verb that was chosen.
  int run() const;

 private:
  CLI::App& root_;
  ServerAddress address_;
  std::vector<std::pair<CLI::App*, std::function<int()>>> verbs_;  // an inner one after its parent
};

void add_study_verbs(Verbs& verbs);
// trials, measurements, fingerprints, workers
void add_list_verbs(Verbs& verbs);
// worker, measure, operators, precisions, algorithms, models
void add_machine_verbs(Verbs& verbs);
void add_supernet_verbs(Verbs& verbs);
void add_import_verbs(Verbs& verbs);
// token and backup: on a server's data folder
void add_data_verbs(Verbs& verbs);

// --filter, --order-by, --limit and --json, with examples of the first two for the help.
struct ListFlags;
void add_list_flags(CLI::App* verb, ListFlags& flags, const std::string& filter,
                    const std::string& order);

// --data FOLDER of a server on this machine.
void add_data_folder(CLI::App* verb, std::string& folder);
// XDG_DATA_HOME/quarry, or what stands for it.
std::string default_data_folder();

}  // namespace quarry::server
