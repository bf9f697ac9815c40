// Measured networks that a request names: trials of studies, imports and rows that it brings
// itself, each network once. Measurements of two machines, or made with other options, are never
// mixed.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "evaluators/predictor_training.hpp"
#include "evaluators/supernet_library.hpp"
#include "search/supernets/field_error.hpp"
#include "search/supernets/json_fields.hpp"
#include "server/storage/import_store.hpp"
#include "server/storage/store.hpp"

namespace quarry::server {

struct MeasuredRows {
  std::vector<evaluators::MeasuredRow> rows;  // distinct networks, in the order of the sources
  // JSON: {"studies": [{"id", "rows"}], "imports": the same, "rows": n, "repeated": n}
  std::string sources = "{}";
  std::string evaluator = "null";  // JSON: evaluator and options, as the studies' specs say them
  std::string fingerprint;         // id and text of the one machine that they were measured on;
  std::string fingerprint_text;    // both empty where nobody says
};

struct RowRules {
  const evaluators::LoadedSupernet& supernet;
  const std::string& metric;
  Store& store;
  ImportStore& imports;
};

// Reads the fields
//   "studies": [ID, ...]                            every trial that has the metric measured
//   "imports": [ID, ...]                            every row that has a value of it
//   "rows": [{"config" or "genome", "value", "spread"}, ...]
//   "fingerprint": ID                               only trials measured on this machine
// of the reader's document; a repeated network counts once, with the mean of its values. Predicted
// values are no measurements and are left out. Every mistake goes to `errors`; too few rows are for
// the caller to refuse.
MeasuredRows read_measured_rows(search::ObjectReader& reader, const RowRules& rules,
                                search::FieldErrors& errors);

}  // namespace quarry::server
