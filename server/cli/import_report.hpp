// What became of a file that was imported, as people read it. Pure text from the API's JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace quarry::server {

// report: the API's, of an import or a dry run. The columns with what was found in each, then what
// is repeated, then `limit` rejected rows at most, each with its line and why.
std::string import_report(const nlohmann::json& report, std::size_t limit = 20);

// One import a line: id, rows, supernet, metrics, name.
std::string import_table(const nlohmann::json& imports);

}  // namespace quarry::server
