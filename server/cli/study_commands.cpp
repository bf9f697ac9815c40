// list, pause, resume, stop, cancel, clone, extend, enqueue and delete. Tested end to end by
// tests/e2e/command_test.cpp.
#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "server/cli/commands.hpp"
#include "server/cli/input.hpp"
#include "server/http/router.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

std::string joined(const json& words) {
  std::string text;
  for (const json& word : words) text += (text.empty() ? "" : ",") + word.get<std::string>();
  return text;
}

}  // namespace

int act_on_study(const HttpClient& client, const std::string& study, const std::string& verb,
                 const std::string& body) {
  const Response response = client.request("POST", "/v1/studies/" + study + ":" + verb, body);
  if (response.status != 202) {
    print_problem(response);
    return 1;
  }
  std::cout << json::parse(response.body).at("state").get<std::string>() << "\n";
  return 0;
}

int delete_study(const HttpClient& client, const std::string& study) {
  const Response response = client.request("DELETE", "/v1/studies/" + study);
  if (response.status == 204) return 0;
  print_problem(response);
  return 1;
}

int clone_study(const HttpClient& client, const std::string& study, const std::string& changes) {
  const Response response = client.request("POST", "/v1/studies/" + study + ":clone", changes);
  if (response.status != 201) {
    print_problem(response);
    return 1;
  }
  std::cout << json::parse(response.body).at("id").get<std::string>() << "\n";
  return 0;
}

int extend_study(const HttpClient& client, const std::string& study,
                 std::optional<std::int64_t> trials, std::optional<double> seconds) {
  json more = json::object();
  if (trials) more["trials"] = *trials;
  if (seconds) more["seconds"] = *seconds;
  return act_on_study(client, study, "extend", more.dump());
}

int enqueue_trial(const HttpClient& client, const std::string& study,
                  const std::string& config_file) {
  const auto config = read_input("enqueue", config_file);
  if (!config) return 1;
  return act_on_study(client, study, "enqueue", "{\"config\": " + *config + "}");
}

int list_studies(const HttpClient& client, const ListOptions& options) {
  std::string query;
  const auto add = [&](const char* field, const std::string& value) {
    if (!value.empty())
      query += (query.empty() ? "?" : "&") + std::string(field) + "=" + percent_encode(value);
  };
  add("state", options.state);
  add("tag", options.tag);
  add("name", options.name);
  const auto answer = fetch(client, "/v1/studies" + query);
  if (!answer) return 1;
  const json items = json::parse(*answer).at("items");
  if (options.as_json) {
    std::cout << items.dump(2) << "\n";
    return 0;
  }
  for (const json& study : items) {
    const json& progress = study.at("progress");
    std::cout << fmt::format("{}  {:<9}  {:>6}/{:<6}  {}", study.at("id").get<std::string>(),
                             study.at("state").get<std::string>(),
                             progress.at("trials").get<std::int64_t>(),
                             progress.at("budget").at("trials").get<std::int64_t>(),
                             study.at("name").get<std::string>());
    if (!study.at("tags").empty()) std::cout << "  [" << joined(study["tags"]) << "]";
    std::cout << "\n";
  }
  return 0;
}

}  // namespace quarry::server
