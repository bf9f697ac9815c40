// submit and front. Tested end to end by tests/e2e/command_test.cpp.
#include <iostream>
#include <nlohmann/json.hpp>

#include "search/supernets/json_fields.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/front_report.hpp"
#include "server/cli/input.hpp"
#include "server/cli/seed_file.hpp"
#include "server/http/router.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

std::optional<std::string> read_study(const SubmitOptions& options) {
  if (!options.file.empty()) return read_input("submit", options.file);
  json study = {{"supernet", options.supernet}, {"objectives", json::array()}};
  for (const std::string& text : options.objectives) {
    const std::size_t colon = text.find(':');
    json objective = {{"metric", text.substr(0, colon)}};
    if (colon != std::string::npos) objective["goal"] = text.substr(colon + 1);
    study["objectives"].push_back(std::move(objective));
  }
  if (!options.name.empty()) study["name"] = options.name;
  if (!options.algorithm.empty()) study["algorithm"] = {{"name", options.algorithm}};
  if (options.trials) study["budget"]["trials"] = *options.trials;
  if (options.seconds) study["budget"]["seconds"] = *options.seconds;
  if (options.seed) study["seed"] = *options.seed;
  return study.dump();
}

// The study with what --seeds and --warm-start name; nothing, and why on stderr, when they cannot
// be read.
std::optional<std::string> with_seeds(const SubmitOptions& options, std::string text) {
  if (options.seeds_file.empty() && options.warm_starts.empty()) return text;
  search::FieldErrors errors;
  std::optional<json> study = search::parse_json(text, errors);
  if (!study) {
    print_mistakes("submit", options.file, errors);
    return std::nullopt;
  }
  json configs = json::array();
  if (!options.seeds_file.empty()) {
    const auto given = read_input("submit", options.seeds_file);
    if (!given) return std::nullopt;
    std::vector<std::string> notes;
    configs = read_seed_configs(*given, errors, notes);
    print_mistakes("submit", options.seeds_file, errors);
    if (!errors.empty()) return std::nullopt;
    for (const std::string& note : notes)
      std::cerr << "quarry submit: " << shown_path(options.seeds_file) << " " << note << "\n";
  }
  add_seeds(*study, configs, options.warm_starts);
  return study->dump();
}

std::string query_text(const FrontQuery& query) {
  std::string where;
  for (const std::string& condition : query.where) where += (where.empty() ? "" : ",") + condition;
  return query_part("where", where) + query_part("best", query.best) +
         query_part("within", query.within) + (query.knee ? "&knee=true" : "");
}

}  // namespace

void print_problem(const Response& response) {
  const json document = json::parse(response.body, nullptr, false);
  if (!document.is_object()) {
    std::cerr << "quarry: the server answered " << response.status << "\n";
    return;
  }
  std::cerr << "quarry: "
            << document.value("detail", "the server answered " + std::to_string(response.status))
            << "\n";
  for (const json& error : document.value("errors", json::array())) {
    const std::string pointer = error.value("pointer", "");
    std::cerr << "  " << (pointer.empty() ? "" : pointer + ": ") << error.value("detail", "")
              << "\n";
  }
}

int submit(const HttpClient& client, SubmitOptions options, std::string& id) {
  int code = kDone;
  if (!find_study_ids(client, options.warm_starts, code)) return code;
  std::optional<std::string> study = read_study(options);
  if (study) study = with_seeds(options, std::move(*study));
  if (!study) return 1;
  const Response response = client.request("POST", "/v1/studies", *study);
  if (response.status != 201) return refuse(response);
  const json created = json::parse(response.body);
  id = created.at("id");
  for (const std::string& sentence : seed_sentences(created))
    std::cerr << "quarry submit: " << sentence << "\n";
  std::cout << (options.as_json ? created.dump(2) : id) << std::endl;
  return kDone;
}

int front(const HttpClient& client, const std::string& study, FrontFormat format, std::size_t limit,
          const FrontQuery& query) {
  int code = kDone;
  const auto document = fetch_document(client, "/v1/studies/" + study, code);
  if (!document) return code;
  json joined = {{"items", json::array()}, {"baselines", json::array()}};
  std::string token;
  do {
    const auto page = fetch_document(client,
                                     "/v1/studies/" + study + "/front?page_size=1000" +
                                         query_text(query) + query_part("page_token", token),
                                     code);
    if (!page) return code;
    json answer = *page;
    for (json& item : answer.at("items")) joined["items"].push_back(std::move(item));
    joined["baselines"] = std::move(answer.at("baselines"));
    if (answer.contains("choice")) joined["choice"] = std::move(answer["choice"]);
    token = answer.at("next_page_token").is_string() ? answer["next_page_token"].get<std::string>()
                                                     : "";
  } while (!token.empty());
  const std::string chosen =
      joined.contains("choice") ? joined["choice"].value("sentence", "") : "";
  switch (format) {
    case FrontFormat::kJson:
      std::cout << joined.dump(2) << "\n";
      break;
    case FrontFormat::kCsv:
      std::cout << front_csv(joined);
      break;
    case FrontFormat::kTable: {
      std::cout << front_table(*document, joined, limit);
      if (!chosen.empty()) std::cout << "\n" << chosen << "\n";
      if (joined.contains("choice")) break;  // of a part of the front nothing is gained
      for (const std::string& sentence : gain_sentences(joined))
        std::cout << "\n" << sentence << "\n";
      break;
    }
  }
  // A script that asked for one and got none must notice.
  const bool is_none = !chosen.empty() && joined["choice"].at("number").is_null();
  return is_none ? kWentWrong : kDone;
}

}  // namespace quarry::server
