// The rows of DyNAS-T's result files as they stand, for tests of what is in them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "evaluators/imports/csv.hpp"
#include "evaluators/imports/literal.hpp"
#include "tests/support/configs.hpp"
#include "tests/support/shared_files.hpp"

namespace quarry::test {

struct DynastRow {
  nlohmann::json config;  // without what DyNAS-T adds: 'wid' and 'r'
  std::vector<std::string> cells;

  std::int64_t whole(std::size_t cell) const { return std::stoll(cells.at(cell)); }
};

// Rows of a file in ../shared/data; none where the folder is not here.
inline std::vector<DynastRow> shared_rows(const std::string& name) {
  const std::string text = shared_file(name);
  evaluators::CsvReader reader(text);
  evaluators::CsvRecord record;
  std::vector<DynastRow> rows;
  reader.next(record);  // the head
  while (reader.next(record)) {
    std::string problem;
    DynastRow row{.config = evaluators::parse_literal(record.cells.at(0), problem).value(),
                  .cells = record.cells};
    row.config.erase("wid");
    row.config.erase("r");
    rows.push_back(std::move(row));
  }
  return rows;
}

// The cells of every row but the head's of such a file; none where the folder is not here.
inline std::vector<std::vector<std::string>> shared_table(const std::string& name) {
  const std::string text = shared_file(name);
  evaluators::CsvReader reader(text);
  evaluators::CsvRecord record;
  std::vector<std::vector<std::string>> rows;
  reader.next(record);  // the head
  while (reader.next(record)) rows.push_back(record.cells);
  return rows;
}

}  // namespace quarry::test
