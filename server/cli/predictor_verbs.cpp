// Tested end to end by tests/e2e/predictors_test.cpp.
#include "server/cli/predictor_verbs.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "search/supernets/json_fields.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/completion.hpp"
#include "server/cli/input.hpp"
#include "server/cli/predictor_report.hpp"
#include "server/cli/seed_file.hpp"
#include "server/http/router.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

// The document that a file holds, or an empty object without one.
std::optional<json> read_document(const std::string& path) {
  if (path.empty()) return json::object();
  const auto text = read_input("predictors", path);
  if (!text) return std::nullopt;
  search::FieldErrors errors;
  auto document = search::parse_json(*text, errors);
  if (document && !document->is_object()) errors.push_back({"", "must be an object"});
  print_mistakes("predictors", path, errors);
  return errors.empty() ? document : std::nullopt;
}

int print(const json& document, bool as_json, std::string (*text)(const json&)) {
  std::cout << (as_json ? document.dump(2) + "\n" : text(document));
  return kDone;
}

// What the server answered; a refusal goes to stderr.
int print(const Response& response, bool as_json, std::string (*text)(const json&)) {
  return response.status < 300 ? print(json::parse(response.body), as_json, text)
                               : refuse(response);
}

std::string reference_line(const json& predictor) {
  return fmt::format("{}@{} {}\n", predictor.at("name").get<std::string>(),
                     predictor.at("version").get<std::int64_t>(),
                     predictor.at("id").get<std::string>());
}

}  // namespace

PredictorVerbs::PredictorVerbs(Verbs& verbs)
    : all_(verbs),
      group_(verbs.add_group("predictors",
                             "predictors that outlive their study: train, look at, ask, move")) {
  add_lookups();
  add_training();
  add_use();
  add_transport();
}

CLI::App* PredictorVerbs::add(const char* name, const char* help,
                              int (PredictorVerbs::*action)() const) {
  CLI::App* verb = all_.add(
      name, help, [this, action] { return (this->*action)(); }, group_);
  all_.add_server(verb);
  return verb;
}

void PredictorVerbs::add_reference(CLI::App* verb) {
  verb->add_option("predictor", reference_, "its id, name (the newest version) or NAME@VERSION")
      ->required()
      ->type_name(kPredictorArgument);
}

void PredictorVerbs::add_lookups() {
  CLI::App* list = add("list", "all of a server, the newest first", &PredictorVerbs::list);
  list->add_option("--supernet", supernet_, "only those of this supernet")
      ->type_name(kSupernetArgument);
  list->add_option("--metric", metric_, "only those of this metric")->type_name(kMetricArgument);
  list->add_flag("--json", as_json_, "as JSON");
  CLI::App* show = add("show", "one: quality, residuals, parity", &PredictorVerbs::show);
  add_reference(show);
  show->add_flag("--json", as_json_, "as JSON");
}

void PredictorVerbs::add_training() {
  CLI::App* train = add("train", "make one of what was measured", &PredictorVerbs::train);
  train
      ->add_option("file", file_,
                   "the request as JSON, as POST /v1/predictors takes it; - reads stdin")
      ->type_name(kFileArgument);
  train->add_option("--name", name_, "its name; one that is there gets a new version");
  train->add_option("--metric", metric_, "what to predict")->type_name(kMetricArgument);
  train->add_option("--supernet", supernet_, "of which supernet (the first study's)")
      ->type_name(kSupernetArgument);
  train->add_option("--study", studies_, "learn from this study's trials; repeat for more")
      ->type_name(kStudyArgument)
      ->allow_extra_args(false);
  train->add_option("--import", imports_, "learn from these imported measurements; repeat for more")
      ->type_name(kImportArgument)
      ->allow_extra_args(false);
  train->add_option("--fingerprint", fingerprint_, "only from what was measured on this machine");
  train->add_option("--model", model_, "which kind, as 'quarry models' lists them")
      ->type_name(kModelArgument);
  train->add_option("--feature", features_, "a derived feature beside the genes; repeat for more")
      ->allow_extra_args(false);
  train->add_flag("--json", as_json_, "as JSON");
}

void PredictorVerbs::add_use() {
  CLI::App* predict = add("predict", "ask one about networks", &PredictorVerbs::predict);
  add_reference(predict);
  predict
      ->add_option("file", file_,
                   "networks: an array of configs, or a front as 'front --json' prints it; - reads "
                   "stdin")
      ->required()
      ->type_name(kFileArgument);
  predict->add_flag("--json", as_json_, "as JSON");
  CLI::App* evaluate =
      add("evaluate", "how good one is on other measured networks", &PredictorVerbs::evaluate);
  add_reference(evaluate);
  evaluate->add_option("file", file_, "{\"rows\": [{\"config\", \"value\"}, ...]}; - reads stdin")
      ->type_name(kFileArgument);
  evaluate->add_option("--study", studies_, "on this study's trials; repeat for more")
      ->type_name(kStudyArgument)
      ->allow_extra_args(false);
  evaluate->add_option("--import", imports_, "on these imported measurements; repeat for more")
      ->type_name(kImportArgument)
      ->allow_extra_args(false);
  evaluate->add_flag("--json", as_json_, "as JSON");
}

void PredictorVerbs::add_transport() {
  CLI::App* out = add("export", "one as a file for another server", &PredictorVerbs::export_one);
  add_reference(out);
  out->add_option("--output", file_, "the file; without it, stdout")->type_name(kFileArgument);
  CLI::App* in = add("import", "take in such a file", &PredictorVerbs::import_one);
  in->add_option("file", file_, "what 'export' wrote; - reads stdin")
      ->required()
      ->type_name(kFileArgument);
  in->add_option("--name", name_, "as a new version of this name");
  in->add_flag("--json", as_json_, "as JSON");
  CLI::App* drop = add("delete", "take one away", &PredictorVerbs::delete_one);
  add_reference(drop);
  drop->add_flag("--json", as_json_, "as JSON");
}

std::string PredictorVerbs::path(const std::string& verb) const {
  return "/v1/predictors/" + percent_encode(reference_) + verb;
}

int PredictorVerbs::list() const {
  int code = kDone;
  const auto items =
      fetch_items(client(), "/v1/predictors",
                  query_part("supernet", supernet_) + query_part("metric", metric_), 0, code);
  if (!items) return code;
  return print(json{{"items", *items}}, as_json_,
               [](const json& document) { return predictor_table(document.at("items")); });
}

int PredictorVerbs::show() const {
  return print(client().request("GET", path()), as_json_, &predictor_report);
}

int PredictorVerbs::train() const {
  std::optional<json> request = read_document(file_);
  if (!request) return kWentWrong;
  if (!name_.empty()) (*request)["name"] = name_;
  if (!metric_.empty()) (*request)["metric"] = metric_;
  if (!supernet_.empty()) (*request)["supernet"] = supernet_;
  std::vector<std::string> studies = studies_;
  int code = kDone;
  if (!find_study_ids(client(), studies, code)) return code;
  if (!studies.empty()) (*request)["studies"] = studies;
  if (!imports_.empty()) (*request)["imports"] = imports_;
  if (!fingerprint_.empty()) (*request)["fingerprint"] = fingerprint_;
  if (!model_.empty()) (*request)["model"] = model_;
  if (!features_.empty()) (*request)["features"] = features_;
  return print(client().request("POST", "/v1/predictors", request->dump()), as_json_,
               &predictor_report);
}

int PredictorVerbs::predict() const {
  const auto text = read_input("predictors", file_);
  if (!text) return kWentWrong;
  search::FieldErrors errors;
  std::vector<std::string> notes;
  const json configs = read_seed_configs(*text, errors, notes);
  print_mistakes("predictors", file_, errors);
  if (!errors.empty()) return kWentWrong;
  for (const std::string& note : notes)
    std::cerr << "quarry predictors: " << file_ << " " << note << "\n";
  const json request = {{"configs", configs}};
  return print(client().request("POST", path(":predict"), request.dump()), as_json_,
               &prediction_table);
}

int PredictorVerbs::evaluate() const {
  std::optional<json> request = read_document(file_);
  if (!request) return kWentWrong;
  std::vector<std::string> studies = studies_;
  int code = kDone;
  if (!find_study_ids(client(), studies, code)) return code;
  if (!studies.empty()) (*request)["studies"] = studies;
  if (!imports_.empty()) (*request)["imports"] = imports_;
  return print(client().request("POST", path(":evaluate"), request->dump()), as_json_,
               [](const json& document) {
                 return fmt::format("{}: {} of the networks were learned from\n",
                                    document.at("predictor").get<std::string>(),
                                    document.at("seen").get<std::int64_t>()) +
                        quality_report(document.at("quality"));
               });
}

int PredictorVerbs::export_one() const {
  const Response response = client().request("GET", path(":export"));
  if (response.status >= 300) return refuse(response);
  return write_output("predictors", file_, response.body + "\n");
}

int PredictorVerbs::import_one() const {
  const auto text = read_input("predictors", file_);
  if (!text) return kWentWrong;
  const std::string query = name_.empty() ? "" : "?name=" + percent_encode(name_);
  return print(client().request("POST", "/v1/predictors:import" + query, *text), as_json_,
               &reference_line);
}

int PredictorVerbs::delete_one() const {
  return print(client().request("DELETE", path()), as_json_, &reference_line);
}

}  // namespace quarry::server
