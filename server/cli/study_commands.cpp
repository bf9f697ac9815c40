// list, show, pause, resume, stop, cancel, clone, extend, enqueue and delete. Tested end to end by
// tests/e2e/command_test.cpp.
#include <iostream>
#include <nlohmann/json.hpp>

#include "server/cli/commands.hpp"
#include "server/cli/input.hpp"
#include "server/cli/study_report.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

// The study, or the one of its fields that a script needs next.
int print(const json& study, bool as_json, const char* field) {
  std::cout << (as_json ? study.dump(2) : study.at(field).get<std::string>()) << "\n";
  return kDone;
}

}  // namespace

int act_on_study(const HttpClient& client, const std::string& study, const std::string& verb,
                 bool as_json, const std::string& body) {
  const Response response = client.request("POST", "/v1/studies/" + study + ":" + verb, body);
  if (response.status != 202) return refuse(response);
  return print(json::parse(response.body), as_json, "state");
}

int delete_study(const HttpClient& client, const std::string& study, bool as_json) {
  const Response response = client.request("DELETE", "/v1/studies/" + study);
  if (response.status != 204) return refuse(response);
  if (as_json) std::cout << json{{"id", study}, {"deleted", true}}.dump(2) << "\n";
  return kDone;
}

int clone_study(const HttpClient& client, const std::string& study, const std::string& changes,
                bool as_json) {
  const Response response = client.request("POST", "/v1/studies/" + study + ":clone", changes);
  if (response.status != 201) return refuse(response);
  return print(json::parse(response.body), as_json, "id");
}

int extend_study(const HttpClient& client, const std::string& study,
                 std::optional<std::int64_t> trials, std::optional<double> seconds, bool as_json) {
  json more = json::object();
  if (trials) more["trials"] = *trials;
  if (seconds) more["seconds"] = *seconds;
  return act_on_study(client, study, "extend", as_json, more.dump());
}

int enqueue_trial(const HttpClient& client, const std::string& study,
                  const std::string& config_file, bool as_json) {
  const auto config = read_input("enqueue", config_file);
  if (!config) return kWentWrong;
  return act_on_study(client, study, "enqueue", as_json, "{\"config\": " + *config + "}");
}

int show_study(const HttpClient& client, const std::string& study, bool as_json) {
  int code = kDone;
  const auto found = fetch_document(client, "/v1/studies/" + study, code);
  if (!found) return code;
  std::cout << (as_json ? found->dump(2) + "\n" : study_report(*found));
  return kDone;
}

int list_studies(const HttpClient& client, const ListOptions& options) {
  int code = kDone;
  const auto items =
      fetch_items(client, "/v1/studies",
                  query_part("state", options.state) + query_part("tag", options.tag) +
                      query_part("name", options.name) + query_text(options.flags),
                  options.flags.limit, code);
  if (!items) return code;
  std::cout << (options.flags.as_json ? items->dump(2) + "\n" : study_table(*items));
  return kDone;
}

}  // namespace quarry::server
