// Tested by tests/server/import_report_test.cpp.
#include "server/cli/import_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <vector>

namespace quarry::server {
namespace {

using nlohmann::json;

using Row = std::array<std::string, 3>;

std::string counted(std::int64_t count, const std::string& noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

// What was found in a column that is `is`.
std::string finding(const json& report, const json& column) {
  for (const json& check : report.at("checks")) {
    if (check.at("column") != column.at("column")) continue;
    const std::int64_t compared = check.at("compared");
    if (compared == 0) return "not in the file";
    std::string text = fmt::format("{} of {} are what Quarry counts",
                                   check.at("equal").get<std::int64_t>(), compared);
    if (check.contains("suggestion"))
      text += fmt::format("; perhaps --column \"{}\"", check["suggestion"].get<std::string>());
    return text;
  }
  const std::string is = column.at("is");
  const std::string metric = is.substr(0, is.find_first_of("*+-"));
  if (const auto range = report.at("metrics").find(metric); range != report["metrics"].end()) {
    const std::int64_t values = range->at("values");
    if (values == 0) return "not measured";
    return fmt::format("{}, {:.6g} to {:.6g}", counted(values, "value"),
                       range->at("min").get<double>(), range->at("max").get<double>());
  }
  if (column.contains("suggestion"))
    return fmt::format("perhaps --column \"{}\"", column["suggestion"].get<std::string>());
  return "";
}

std::string aligned(const std::vector<Row>& rows) {
  std::size_t first = 0;
  std::size_t second = 0;
  for (const Row& row : rows) {
    first = std::max(first, row[0].size());
    second = std::max(second, row[1].size());
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line = fmt::format("  {:<{}}  {:<{}}  {}", row[0], first, row[1], second, row[2]);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string rejected_text(const json& report, std::size_t limit) {
  const json& rows = report.at("rejected_rows");
  const std::size_t shown = std::min(limit, rows.size());
  std::string text;
  for (std::size_t i = 0; i < shown; ++i) {
    const std::string column = rows[i].at("column");
    text +=
        fmt::format("  line {}{}: {}\n", rows[i].at("line").get<std::int64_t>(),
                    column.empty() ? "" : ", " + column, rows[i].at("reason").get<std::string>());
  }
  const auto rejected = report.at("rejected").get<std::size_t>();
  if (rejected > shown) text += fmt::format("  and {} more\n", rejected - shown);
  return text.empty() ? "" : "\nnot taken:\n" + text;
}

}  // namespace

std::string import_report(const json& report, std::size_t limit) {
  std::string text =
      fmt::format("{} of {} taken ({}): {}\n", report.at("taken").get<std::int64_t>(),
                  counted(report.at("rows"), "row"), report.at("format").get<std::string>(),
                  counted(report.at("networks"), "network"));
  std::vector<Row> rows = {{"column", "is", ""}};
  for (const json& column : report.at("columns"))
    rows.push_back({column.at("column"), column.at("is"), finding(report, column)});
  text += "\n" + aligned(rows);
  if (const std::int64_t repeated = report.at("repeated"); repeated > 0)
    text += fmt::format("\n{} measured more than once: every value is kept\n",
                        counted(repeated, "network"));
  return text + rejected_text(report, limit);
}

std::string import_table(const json& imports) {
  if (imports.empty()) return "no imports; 'quarry import FILE --supernet NAME' makes one\n";
  std::string text;
  for (const json& import : imports) {
    std::string metrics;
    for (const json& metric : import.at("metrics"))
      metrics += (metrics.empty() ? "" : ",") + metric.get<std::string>();
    text +=
        fmt::format("{}  {:>7} rows  {:<32} {:<20} {}\n", import.at("id").get<std::string>(),
                    import.at("rows").get<std::int64_t>(), import.at("supernet").get<std::string>(),
                    metrics, import.at("name").get<std::string>());
  }
  return text;
}

}  // namespace quarry::server
