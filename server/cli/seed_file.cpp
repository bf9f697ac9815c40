// Tested by tests/server/seed_file_test.cpp.
#include "server/cli/seed_file.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "search/supernets/json_fields.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

void append(json& study, const char* field, const json& values) {
  if (values.empty() || !study.is_object()) return;
  json& seeds = study["seeds"];
  if (seeds.is_null()) seeds = json::object();
  if (!seeds.is_object()) return;
  json& list = seeds[field];
  if (list.is_null()) list = json::array();
  if (!list.is_array()) return;
  for (const json& value : values) list.push_back(value);
}

}  // namespace

json read_seed_configs(std::string_view text, search::FieldErrors& errors,
                       std::vector<std::string>& notes) {
  json configs = json::array();
  const std::optional<json> document = search::parse_json(text, errors);
  if (!document) return configs;
  if (document->is_array()) {
    if (document->empty()) notes.emplace_back("holds no network");
    return *document;
  }
  if (!document->is_object() || !document->contains("items") || !(*document)["items"].is_array()) {
    errors.push_back(
        {"",
         "must be an array of configs, or a front as 'quarry front STUDY --json' prints it "
         "({\"items\": [...]}), got " +
             search::json_type(*document) +
             (document->is_object() ? " without an array \"items\"" : "")});
    return configs;
  }
  const json& items = (*document)["items"];
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].is_object() && items[i].contains("config")) {
      configs.push_back(items[i]["config"]);
    } else {
      errors.push_back({"/items/" + std::to_string(i),
                        "must be a trial with a \"config\", got " + search::json_type(items[i]) +
                            (items[i].is_object() ? " without one" : "")});
    }
  }
  if (!errors.empty()) return json::array();
  if (configs.empty()) notes.emplace_back("holds no network");
  const auto token = document->find("next_page_token");
  if (token != document->end() && !token->is_null())
    notes.push_back(fmt::format(
        "holds the first {} networks of a larger front; 'quarry front STUDY --json' prints all",
        items.size()));
  return configs;
}

void add_seeds(json& study, const json& configs, const std::vector<std::string>& studies) {
  append(study, "configs", configs);
  append(study, "studies", studies);
}

std::vector<std::string> seed_sentences(const json& study) {
  std::vector<std::string> sentences;
  const json seeds = study.at("spec").value("seeds", json::object());
  const json fronts = seeds.value("studies", json::array());
  for (const json& front : fronts) {
    const auto count = [&](const char* name) { return front.at(name).get<std::int64_t>(); };
    std::string sentence =
        fmt::format("{} of the {} networks on the front of {} are new seeds",
                    front.at("configs").size(), count("front"), front.at("id").get<std::string>());
    const char* separator = "; left out: ";
    const auto leave_out = [&](std::int64_t left_out, const char* why) {
      if (left_out == 0) return;
      sentence += fmt::format("{}{} {}", separator, left_out, why);
      separator = ", ";
    };
    leave_out(count("repeated"), "seeds already");
    leave_out(count("outside"), "outside the study's precisions");
    leave_out(count("over_budget"), "beyond its budget");
    sentences.push_back(std::move(sentence));
  }
  return sentences;
}

}  // namespace quarry::server
