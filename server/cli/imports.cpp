// quarry import and quarry imports: measurements from files to a server. Tested end to end by
// tests/e2e/import_test.cpp.
#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "server/cli/commands.hpp"
#include "server/cli/import_report.hpp"
#include "server/cli/input.hpp"
#include "server/http/router.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

std::string target_of(const ImportOptions& options) {
  std::string target = "/v1/imports?supernet=" + percent_encode(options.supernet);
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) target += std::string("&") + name + "=" + percent_encode(value);
  };
  std::string rules;
  for (const std::string& rule : options.columns) rules += (rules.empty() ? "" : "\n") + rule;
  add("columns", rules);
  add("file", options.file == "-" ? "stdin" : options.file.substr(options.file.rfind('/') + 1));
  add("name", options.name);
  add("fingerprint", options.fingerprint);
  add("format", options.format);
  if (options.dry_run) add("dry_run", "true");
  return target;
}

// With what was found all the same, where the server says.
void print_refusal(const Response& response) {
  print_problem(response);
  const json document = json::parse(response.body, nullptr, false);
  if (document.is_object() && document.contains("report") && !document["report"]["columns"].empty())
    std::cerr << "\n" << import_report(document["report"]);
}

}  // namespace

int import_file(const HttpClient& client, const ImportOptions& options) {
  const std::optional<std::string> text = read_input("import", options.file);
  if (!text) return 1;
  const Response response =
      client.request("POST", target_of(options), *text, "application/octet-stream");
  if (response.status >= 300) {
    print_refusal(response);
    return exit_code_of(response.status);
  }
  const json answer = json::parse(response.body);
  if (options.as_json) {
    std::cout << answer.dump(2) << "\n";
    return 0;
  }
  if (options.dry_run) {
    std::cout << import_report(answer.at("report")) << "\nnothing was stored: this was a dry run\n";
    return 0;
  }
  std::cerr << import_report(answer.at("report"));
  if (answer.at("existing").get<bool>())
    std::cerr << "\nthe same file was imported before, on "
              << answer.at("created_at").get<std::string>() << "\n";
  std::cout << answer.at("id").get<std::string>() << std::endl;
  return 0;
}

int show_imports(const HttpClient& client, const std::string& id, bool as_json) {
  int code = kDone;
  if (id.empty()) {
    const auto items = fetch_items(client, "/v1/imports", "", 0, code);
    if (!items) return code;
    std::cout << (as_json ? json{{"items", *items}}.dump(2) + "\n" : import_table(*items));
    return kDone;
  }
  const auto found = fetch_document(client, "/v1/imports/" + percent_encode(id), code);
  if (!found) return code;
  if (as_json) {
    std::cout << found->dump(2) << "\n";
  } else {
    std::cout << import_table(json::array({*found})) << "\n" << import_report(found->at("report"));
  }
  return kDone;
}

int delete_import(const HttpClient& client, const std::string& id, bool as_json) {
  const Response response = client.request("DELETE", "/v1/imports/" + percent_encode(id));
  if (response.status >= 300) return refuse(response);
  if (as_json) std::cout << json{{"id", id}, {"deleted", true}}.dump(2) << "\n";
  return kDone;
}

}  // namespace quarry::server
