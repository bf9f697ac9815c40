// quarry predictors ...: the flags of its verbs and what each does over the REST API. Output on
// stdout as text or, with --json, as the API's own document; a refusal with all its mistakes on
// stderr.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/cli/verbs.hpp"

namespace quarry::server {

class PredictorVerbs {
 public:
  // Adds the verb to the command; keep it where it is until that runs.
  explicit PredictorVerbs(Verbs& verbs);
  PredictorVerbs(const PredictorVerbs&) = delete;
  PredictorVerbs& operator=(const PredictorVerbs&) = delete;

 private:
  CLI::App* add(const char* name, const char* help, int (PredictorVerbs::*action)() const);
  void add_reference(CLI::App* verb);
  void add_lookups();
  void add_training();
  void add_use();
  void add_transport();

  int list() const;
  int show() const;
  int train() const;
  int predict() const;
  int evaluate() const;
  int export_one() const;
  int import_one() const;
  int delete_one() const;

  HttpClient client() const { return all_.client(); }
  std::string path(const std::string& verb = "") const;

  Verbs& all_;
  CLI::App* group_;
  bool as_json_ = false;
  std::string reference_;
  std::string file_;
  std::string name_;
  std::string metric_;
  std::string supernet_;
  std::string model_;
  std::string fingerprint_;
  std::vector<std::string> studies_;
  std::vector<std::string> imports_;
  std::vector<std::string> features_;
};

}  // namespace quarry::server
