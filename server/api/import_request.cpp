// Tested by tests/server/imports_test.cpp.
#include "server/api/import_request.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "search/supernets/json_fields.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;
using search::Presence;

constexpr std::size_t kMaxName = 200;
constexpr std::size_t kMaxFingerprint = 1000;

// A query as the document it stands for.
json document_of(const Request& request) {
  json document = json::object();
  for (const auto& [name, value] : request.query) {
    if (name == "columns") {
      json& rules = document["columns"] = json::array();
      for (std::size_t at = 0; at < value.size();) {
        const std::size_t end = std::min(value.find('\n', at), value.size());
        if (end > at) rules.push_back(value.substr(at, end - at));
        at = end + 1;
      }
    } else if (name == "dry_run" && (value == "true" || value == "false" || value.empty())) {
      document[name] = value != "false";
    } else {
      document[name] = value;
    }
  }
  return document;
}

void read_format(search::ObjectReader& reader, ImportRequest& asked) {
  using evaluators::ResultFormat;
  const auto given = reader.text("format", Presence::kOptional);
  if (!given || *given == "auto") return;
  for (const ResultFormat format :
       {ResultFormat::kDynast, ResultFormat::kCsv, ResultFormat::kJsonLines}) {
    if (*given == evaluators::to_text(format)) asked.format = format;
  }
  if (!asked.format)
    reader.error("format", "must be auto, dynast, csv or jsonl, got \"" + *given + "\"");
}

void read_columns(search::ObjectReader& reader, ImportRequest& asked) {
  const json* given = reader.array("columns", Presence::kOptional);
  if (given == nullptr) return;
  for (std::size_t i = 0; i < given->size(); ++i) {
    if ((*given)[i].is_string()) {
      asked.columns.push_back((*given)[i].get<std::string>());
    } else {
      reader.error("columns", "rule " + std::to_string(i) + " must be a string \"COLUMN=TARGET\"");
    }
  }
}

std::string limited(search::ObjectReader& reader, const std::string& key, std::size_t limit) {
  std::string text = reader.text(key, Presence::kOptional).value_or("");
  if (text.size() > limit)
    reader.error(key, "must be at most " + std::to_string(limit) + " bytes, got " +
                          std::to_string(text.size()));
  return text;
}

}  // namespace

void read_import_request(const Request& request, const evaluators::SupernetLibrary& supernets,
                         ImportRequest& asked, search::FieldErrors& errors) {
  const bool is_file = request.query.contains("supernet");
  std::optional<json> document;
  if (is_file) {
    document = document_of(request);
  } else {
    document = search::parse_json(request.body, errors);
    if (!document) return;
  }
  search::ObjectReader reader(*document, "", errors);
  if (const auto name = reader.text("supernet", Presence::kRequired)) {
    asked.supernet = supernets.find(*name);
    if (asked.supernet == nullptr)
      reader.error("supernet", "there is no supernet \"" + *name + "\"" +
                                   search::did_you_mean(*name, supernets.names()));
  }
  asked.file = limited(reader, "file", kMaxName);
  asked.name = limited(reader, "name", kMaxName);
  if (asked.name.empty()) asked.name = asked.file;
  asked.fingerprint = limited(reader, "fingerprint", kMaxFingerprint);
  read_format(reader, asked);
  read_columns(reader, asked);
  asked.dry_run = reader.flag("dry_run", Presence::kOptional).value_or(false);
  if (is_file) {
    asked.text = request.body;
  } else if (auto text = reader.text("text", Presence::kRequired)) {
    asked.document_text = std::move(*text);
    asked.text = asked.document_text;
  }
  reader.finish();
}

}  // namespace quarry::server
