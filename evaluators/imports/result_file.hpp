// Reads a file of results: networks of a supernet with what was measured of them. A pure function
// of the text; what it takes and what it refuses, row by row, is all in its answer.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evaluators/imports/column_mapping.hpp"
#include "evaluators/imports/records.hpp"
#include "search/core/genome.hpp"
#include "search/supernets/field_error.hpp"
#include "search/supernets/supernet.hpp"

namespace quarry::evaluators {

inline constexpr std::size_t kMaxResultRows = 1'000'000;
inline constexpr std::size_t kListedRows = 1000;  // of lists that could be as long as the file
inline constexpr std::size_t kListedLines = 20;   // of one repeated network

struct ResultRow {
  std::size_t line = 0;
  search::Genome genome;       // canonical
  std::vector<double> values;  // one per ResultFile::metrics; NaN: not measured
};

struct RejectedRow {
  std::size_t line = 0;
  std::string column;  // empty: the whole row
  std::string reason;
  bool operator==(const RejectedRow&) const = default;
};

// How a column of a metric with a formula compares with what Quarry counts. Its values are not
// kept: the formula's are exact.
struct FormulaCheck {
  std::string column;
  std::string metric;
  std::size_t compared = 0;
  std::size_t equal = 0;
  // Of the rows that differ, the first kListedRows are compared with everything that has a formula:
  // which metrics they are, and how often.
  std::map<std::string, std::size_t> others;
  // The rule that says what the column is, when most of them agree; else empty.
  std::string suggestion;
};

struct MetricRange {
  std::string metric;
  std::size_t values = 0;
  std::size_t networks = 0;
  double min = 0.0;
  double max = 0.0;
  double mean = 0.0;
  std::size_t repeated = 0;         // networks with several values
  double largest_difference = 0.0;  // among the values of one network
};

// A network that several rows measure; all of them are kept.
struct RepeatedNetwork {
  search::Genome genome;
  std::size_t rows = 0;
  std::vector<std::size_t> lines;  // the first kListedLines
};

struct ResultFile {
  ResultFormat format = ResultFormat::kCsv;
  std::vector<Column> columns;
  std::vector<std::string> metrics;  // that are measured, in the columns' order
  std::vector<ResultRow> rows;       // taken, in the file's order
  std::size_t rejected = 0;
  std::vector<RejectedRow> rejected_rows;  // the first kListedRows
  std::vector<FormulaCheck> checks;
  std::vector<MetricRange> ranges;  // one per metric
  std::size_t networks = 0;         // different ones among the rows
  std::size_t repeated = 0;
  std::vector<RepeatedNetwork> repeated_networks;  // the first kListedRows
};

// `rules` as in map_columns. What is wrong with the file as a whole goes to `errors`: a column that
// is not there, no configuration, no row that can be taken (what was found is in the answer then
// all the same).
ResultFile read_result_file(std::string_view text, std::optional<ResultFormat> format,
                            std::span<const std::string> rules, const search::Supernet& supernet,
                            search::FieldErrors& errors);

}  // namespace quarry::evaluators
