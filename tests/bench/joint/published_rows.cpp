// Tested by tests/shared, row by row.
#include "tests/bench/joint/published_rows.hpp"

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "search/supernets/config.hpp"
#include "tests/support/python_dict.hpp"

namespace quarry::bench {
namespace {

// The cells behind the quoted sub-network.
std::vector<std::string> cells_after(const std::string& line, std::size_t begin) {
  std::vector<std::string> cells;
  while (begin <= line.size()) {
    const std::size_t end = std::min(line.find(',', begin), line.size());
    cells.push_back(line.substr(begin, end - begin));
    begin = end + 1;
  }
  return cells;
}

}  // namespace

std::optional<std::vector<PublishedRow>> read_published_rows(const std::string& file,
                                                             const search::Supernet& supernet,
                                                             std::size_t accuracy_column,
                                                             double scale) {
  std::ifstream stream(std::string(QUARRY_SOURCE_DIR) + "/../shared/data/" + file);
  if (!stream) return std::nullopt;
  std::vector<PublishedRow> rows;
  std::string line;
  std::getline(stream, line);  // the names of the columns
  while (std::getline(stream, line)) {
    const std::size_t end = line.rfind("}\"");
    if (line.empty() || line.front() != '"' || end == std::string::npos)
      throw std::runtime_error(file + ": no quoted sub-network in row " +
                               std::to_string(rows.size() + 1));
    nlohmann::json config = test::parse_python_dict(line.substr(1, end));
    // Resolution and width multiplier are no genes: DyNAS-T keeps them fixed.
    for (const char* fixed : {"wid", "r"}) config.erase(fixed);
    search::FieldErrors errors;
    auto genome = search::config_from_json(supernet.space, config, "", errors);
    if (!genome)
      throw std::runtime_error(file + ": " + errors.front().pointer + " " + errors.front().detail);
    const std::vector<std::string> cells = cells_after(line, end + 3);
    rows.push_back({std::move(*genome), scale * std::stod(cells.at(accuracy_column - 1))});
  }
  return rows;
}

}  // namespace quarry::bench
