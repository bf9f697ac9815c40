// Reads the CSV files that DyNAS-T writes: a Python dictionary, a date and numbers in a row.
#pragma once

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "search/supernets/config.hpp"
#include "search/supernets/supernet.hpp"
#include "tests/support/manifests.hpp"
#include "tests/support/python_dict.hpp"

namespace quarry::test {

struct DynastRow {
  nlohmann::json config;  // without what DyNAS-T adds: 'wid' and 'r'
  std::vector<std::string> cells;

  std::int64_t whole(std::size_t cell) const { return std::stoll(cells.at(cell)); }
};

// Text in double quotes is one cell, quotes dropped.
inline std::vector<std::string> csv_cells(const std::string& line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      cells.emplace_back();
    } else if (c != '\r') {
      cells.back() += c;
    }
  }
  return cells;
}

inline std::vector<DynastRow> parse_dynast_rows(std::istream& file) {
  std::vector<DynastRow> rows;
  std::string line;
  std::getline(file, line);  // the head
  while (std::getline(file, line)) {
    DynastRow row{.config = {}, .cells = csv_cells(line)};
    row.config = parse_python_dict(row.cells.at(0));
    row.config.erase("wid");
    row.config.erase("r");
    rows.push_back(std::move(row));
  }
  return rows;
}

// A file in ../shared/data, or under the folder that QUARRY_SHARED names; a line says so when the
// folder is not here.
inline std::ifstream shared_file(const std::string& name) {
  const char* given = std::getenv("QUARRY_SHARED");
  const std::string folder =
      (given != nullptr ? std::string(given) : std::string(QUARRY_SOURCE_DIR) + "/../shared") +
      "/data/";
  std::ifstream file(folder + name);
  if (!file) std::cerr << name << ": skipped, " << folder << " is not here\n";
  return file;
}

// Its rows; none when it is not here.
inline std::vector<DynastRow> shared_rows(const std::string& name) {
  std::ifstream file = shared_file(name);
  return file ? parse_dynast_rows(file) : std::vector<DynastRow>();
}

// The cells of every row but the head's; none when it is not here.
inline std::vector<std::vector<std::string>> shared_table(const std::string& name) {
  std::ifstream file = shared_file(name);
  std::vector<std::vector<std::string>> rows;
  std::string line;
  if (file) std::getline(file, line);
  while (std::getline(file, line)) rows.push_back(csv_cells(line));
  return rows;
}

// Canonical; throws what is wrong with the config.
inline search::Genome genome_of(const search::Supernet& supernet, const nlohmann::json& config) {
  search::FieldErrors errors;
  const auto genome = search::config_from_json(supernet.space, config, "", errors);
  if (!genome) throw std::runtime_error(transcript(errors));
  return *genome;
}

}  // namespace quarry::test
