// What a user asks of an import: a JSON document that holds the file's text, or the file itself
// with the rest in the query.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evaluators/imports/records.hpp"
#include "evaluators/supernet_library.hpp"
#include "search/supernets/field_error.hpp"
#include "server/http/message.hpp"

namespace quarry::server {

struct ImportRequest {
  const evaluators::LoadedSupernet* supernet = nullptr;
  std::string name;
  std::string file;
  std::string fingerprint;
  std::optional<evaluators::ResultFormat> format;  // else what the text looks like
  std::vector<std::string> columns;                // rules, "COLUMN=TARGET"
  bool dry_run = false;
  std::string document_text;  // of a JSON document
  std::string_view text;      // the file; valid as long as the request and this
};

// With "supernet" in the query the body is the file and "columns" has a rule a line; else the body
// is the document. Every mistake goes to `errors`; with one, the answer is not to be used. The HTTP
// request outlives what it was read to.
void read_import_request(const Request& request, const evaluators::SupernetLibrary& supernets,
                         ImportRequest& asked, search::FieldErrors& errors);

}  // namespace quarry::server
