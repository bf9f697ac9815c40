// quarry archive, restore, replay and confirm: a study as one file, whether it is what its search
// found, and what of its front holds when it is measured again. Output on stdout as text or, with
// --json, as one document; a refusal with all its mistakes on stderr.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "server/http/client.hpp"

namespace CLI {
class App;
}

namespace quarry::server {

class ArchiveVerbs {
 public:
  // Adds the verbs to the command; keep it where it is until run().
  explicit ArchiveVerbs(CLI::App& cli);
  ArchiveVerbs(const ArchiveVerbs&) = delete;
  ArchiveVerbs& operator=(const ArchiveVerbs&) = delete;

  bool chosen() const;
  // The process's exit code: of replay 1 also where the replay differs.
  int run() const;

 private:
  CLI::App* add(CLI::App& cli, const char* name, const char* help,
                int (ArchiveVerbs::*action)() const);
  void add_url(CLI::App* verb);
  void add_confirm(CLI::App& cli);

  int archive() const;
  int restore() const;
  int replay() const;
  int confirm() const;

  bool read_budget(nlohmann::json& body) const;
  int follow_confirmation(std::int64_t number) const;
  HttpClient client() const { return HttpClient(url_, token_, ca_file_); }

  struct Verb {
    CLI::App* app = nullptr;
    int (ArchiveVerbs::*action)() const = nullptr;
  };
  std::vector<Verb> verbs_;
  std::string url_ = "http://127.0.0.1:8080";
  std::string token_;
  std::string ca_file_;
  std::string study_;
  std::string file_;
  std::string supernets_;
  std::string budget_ = "10";
  std::vector<std::string> where_;
  std::string best_;
  std::string within_;
  bool knee_ = false;
  bool dry_run_ = false;
  bool detach_ = false;
  bool as_json_ = false;
};

}  // namespace quarry::server
