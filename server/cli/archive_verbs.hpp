// quarry archive, restore, replay and confirm: a study as one file, whether it is what its search
// found, and what of its front holds when it is measured again. Output on stdout as text or, with
// --json, as one document; a refusal with all its mistakes on stderr.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "server/cli/verbs.hpp"

namespace quarry::server {

class ArchiveVerbs {
 public:
  // Adds the verbs to the command; keep it where it is until they run. replay gives 1
  // also where the replay differs.
  explicit ArchiveVerbs(Verbs& verbs);
  ArchiveVerbs(const ArchiveVerbs&) = delete;
  ArchiveVerbs& operator=(const ArchiveVerbs&) = delete;

 private:
  CLI::App* add(const char* name, const char* help, int (ArchiveVerbs::*action)() const);
  CLI::App* add_on_server(const char* name, const char* help, int (ArchiveVerbs::*action)() const);
  void add_study(CLI::App* verb);
  void add_confirm();

  int archive() const;
  int restore() const;
  int replay() const;
  int confirm() const;

  bool read_budget(nlohmann::json& body) const;
  int follow_confirmation(const std::string& id, std::int64_t number) const;
  HttpClient client() const { return verbs_.client(); }

  Verbs& verbs_;
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
