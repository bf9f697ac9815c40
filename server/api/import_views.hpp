// Imports as the API shows them.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "evaluators/imports/result_file.hpp"
#include "server/storage/import_store.hpp"

namespace quarry::server {

// What was taken of a file and what not: {format, rows, taken, rejected, networks, columns,
// metrics, checks, rejected_rows, repeated, repeated_networks}.
nlohmann::ordered_json report_view(const evaluators::ResultFile& file);

// {id, name, supernet, ..., rows, metrics}; with its report, unless only the outline is wanted.
nlohmann::ordered_json import_view(const ImportRecord& record, bool with_report);

}  // namespace quarry::server
